import { randomUUID } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { connect } from 'node:net'
import { platform } from 'node:os'
import { getuid } from 'node:process'
import { AbortedError, OgLedgerError, type Broker } from '../../index.ts'
import type { Payment } from '../session/repetition.ts'
import { keeperAddress } from './address.ts'
import { onLine } from './lines.ts'
import type { OperationName, ResultOf, Wish } from './operations.ts'
import { decode, encode, remoteError, version, type Answer, type OpenQuestion, type Request } from './wire.ts'

/** A process that works accepts a request at once. */
const ACCEPTED_MS = 10_000

/** A request without what every request has. */
type Question = Request extends infer One ? (One extends Request ? Omit<One, 'version' | 'wallet'> : never) : never

export type Keeper = {
  /** The process id that it gave. */
  pid: number
  /**
   * Sends what is wished for. It is done once, however often the answer is lost: an error says where to look.
   *
   * @throws OgLedgerError of that process, with its name and words, or that says that it ended before it answered
   */
  send<Name extends OperationName>(wish: Wish<Name>, pays: Payment | null): Promise<ResultOf<Name>>
  resolve(intent: string, outcome: 'not-sent' | { hash: string }): Promise<void>
  /** Holds auto-funding for one provider, or for all of a service, or goes on. @returns for how many sub-accounts it is on */
  pause(isPaused: boolean, of: { provider: string | null; service: string }): Promise<number>
  questions(): Promise<OpenQuestion[]>
  /** Whether that question was still open. */
  answer(question: number, approved: boolean): Promise<boolean>
}

/**
 * The process of this user that keeps the wallet and takes commands; null where there is none.
 *
 * @throws OgLedgerError where it does not answer: it is stopped, or hangs
 */
export async function findKeeper(
  broker: Pick<Broker, 'network' | 'wallet'>,
  signal: AbortSignal,
  { acceptedMs = ACCEPTED_MS }: { acceptedMs?: number } = {},
): Promise<Keeper | null> {
  const address = keeperAddress(broker)
  if (address === null || !(await isOwn(address))) return null
  const hello = await ask({ type: 'questions' }, acceptedMs).catch((error: unknown) => {
    if (error instanceof NoKeeperError) return null
    throw error
  })
  if (!hello) return null
  const { pid } = hello
  return {
    pid,
    send: async (wish, pays) => (await command({ type: 'send', id: randomUUID(), pays, ...wish })) as never,
    resolve: async (intent, outcome) => void (await command({ type: 'resolve', intent, outcome })),
    pause: async (isPaused, of) => (await command({ type: isPaused ? 'pause' : 'resume', ...of })) as number,
    questions: async () => (await command({ type: 'questions' })) as OpenQuestion[],
    answer: async (question, approved) => (await command({ type: 'answer', question, approved })) as boolean,
  }

  /** It may have read a request that it did not say it accepted. */
  async function command(question: Question): Promise<unknown> {
    try {
      return (await ask(question)).result
    } catch (error) {
      throw error instanceof NoKeeperError ? lost(pid) : error
    }
  }

  function ask(question: Question, withinMs = 0): Promise<{ pid: number; result: unknown }> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new AbortedError('The command was interrupted, and asked nothing.'))
      const socket = connect(address as string)
      let accepted: number | null = null
      const end = () => {
        reject(interruption())
        socket.destroy()
      }
      signal.addEventListener('abort', end, { once: true })
      socket.setTimeout(withinMs, () => {
        reject(new OgLedgerError('The process that keeps this wallet does not answer.', { do: STUCK }))
        socket.destroy()
      })
      socket.on('connect', () => socket.write(encode({ version, wallet: broker.wallet, ...question })))
      socket.on('error', () => undefined)
      onLine(socket, (line) => {
        const answer = answerIn(line)
        if (answer?.type === 'accepted') accepted = answer.pid
        else if (answer?.type === 'done') resolve({ pid: accepted ?? 0, result: answer.result })
        else if (answer?.type === 'failed') reject(remoteError(answer))
        else socket.destroy()
      })
      socket.on('close', () => {
        signal.removeEventListener('abort', end)
        reject(accepted === null ? new NoKeeperError() : lost(accepted))
      })
    })
  }
}

const STUCK = 'see whether it is stopped or hangs: nothing was asked of it'

/** No process listens there. */
class NoKeeperError extends Error {}

function lost(pid: number): OgLedgerError {
  return new OgLedgerError('The process that keeps this wallet ended before it answered.', {
    process: `pid ${pid}`,
    do: 'look at og-ledger transactions before you repeat the command: what was sent is there',
  })
}

function interruption(): AbortedError {
  return new AbortedError('The command was interrupted; the process that keeps this wallet may go on with it.', {
    do: 'look at og-ledger transactions before you repeat the command',
  })
}

function answerIn(line: string): Answer | null {
  try {
    return decode(line) as Answer
  } catch {
    return null
  }
}

/** Another user's socket could answer anything. */
async function isOwn(address: string): Promise<boolean> {
  if (platform() === 'win32') return true
  const there = await lstat(address).catch(() => null)
  return there !== null && there.isSocket() && there.uid === getuid?.()
}
