import type { Block } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import { isAnswerTimeout } from './answer-timeout.ts'
import { decodeOrThrow, readErrorOf, type Outcome } from './batch.ts'
import { digestCode, digestOf, digestsIn } from './digest-code.ts'
import { isTooMuch } from './refused-size.ts'
import { createRequestSize } from './request-size.ts'
import type { Rpc } from './rpc.types.ts'
import type { WalletView } from './wallet-views.ts'

/** What is asked for within this time shares a request. */
const WINDOW_MS = 2
const MOST_WALLETS = 100
/** A node that failed to answer may be one that does not run such code: it is asked again after this long, then after twice as long. */
const SHORTEST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 86_400_000

/** Digests of what the node answers about wallets. */
export type Digests = {
  /**
   * As of the latest block; null where the node gives none now.
   *
   * @throws ReadError where it does not answer in time: more questions would only take longer
   */
  read(wallet: string): Promise<{ block: Block; digest: string } | null>
  /** Of the outcomes of the same view calls; null where one of them may be no answer of the contract. */
  of(outcomes: readonly (Outcome | undefined)[]): string | null
}

export type DigestsOptions = {
  rpc: Pick<Rpc, 'call'>
  views: readonly WalletView[]
  /** Receives the block of each answer. */
  onBlock?: (block: Block) => void
  clock: Clock
}

type Question = {
  wallet: string
  resolve: (answer: { block: Block; digest: string } | null) => void
  reject: (error: unknown) => void
}

/**
 * Asks for the digests of many wallets in as few requests as the node takes, so that the answers of wallets that did not change are
 * neither sent nor decoded.
 */
export function createDigests({ rpc, views, onBlock, clock }: DigestsOptions): Digests {
  const size = createRequestSize(MOST_WALLETS)
  let waiting: Question[] | null = null
  let pause = { until: -Infinity, ms: SHORTEST_PAUSE_MS }

  return {
    read(wallet) {
      if (clock.now() < pause.until) return Promise.resolve(null)
      return new Promise((resolve, reject) => (waiting ?? begin()).push({ wallet, resolve, reject }))
    },
    of: (outcomes) => (outcomes.every(isAnswer) ? digestOf(outcomes) : null),
  }

  function begin(): Question[] {
    const questions: Question[] = []
    waiting = questions
    clock.after(WINDOW_MS, () => {
      waiting = null
      for (let at = 0; at < questions.length; at += size.limit()) void run(questions.slice(at, at + size.limit()))
    })
    return questions
  }

  async function run(questions: readonly Question[]): Promise<void> {
    const { length } = questions
    try {
      const code = digestCode(
        views,
        questions.map(({ wallet }) => wallet),
      )
      const answer = await rpc.call({ data: code }, 'latest')
      const { block, digests } = decodeOrThrow(() => digestsIn(answer, length))
      size.taken(length)
      onBlock?.(block)
      pause = { until: -Infinity, ms: SHORTEST_PAUSE_MS }
      for (const [index, { resolve }] of questions.entries()) resolve({ block, digest: digests[index] ?? '' })
    } catch (error) {
      if (length > 1 && isTooMuch(error)) return halve(questions)
      // Requests that fail together are one failure.
      if (clock.now() >= pause.until)
        pause = { until: clock.now() + pause.ms, ms: Math.min(2 * pause.ms, LONGEST_PAUSE_MS) }
      for (const { resolve, reject } of questions) {
        if (isAnswerTimeout(error)) reject(readErrorOf(error))
        else resolve(null)
      }
    }
  }

  async function halve(questions: readonly Question[]): Promise<void> {
    size.refused(questions.length)
    const middle = Math.ceil(questions.length / 2)
    await Promise.all([run(questions.slice(0, middle)), run(questions.slice(middle))])
  }
}

/** A call that reverts without data may have run out of the gas of all calls. */
const isAnswer = (outcome: Outcome | undefined): outcome is Outcome =>
  outcome !== undefined && (!outcome.reverted || outcome.data !== '0x')
