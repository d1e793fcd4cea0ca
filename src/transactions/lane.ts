import { createActor, type ActorRefFrom } from 'xstate'
import { transactionMachine } from '../../machines/transaction/transaction.machine.ts'
import type { MinedTransaction, SignedTransaction, TransactionPort } from '../chain/port.ts'
import { ContractError, TransactionRevertedError } from '../contract-errors.ts'
import { AbortedError, NotSentError } from '../errors.ts'
import type { Inspect } from '../inspect.ts'
import type { Logger } from '../logger.ts'
import type { Intent, Receipt } from './intent.ts'
import type { Journal } from './journal.ts'
import { createPace } from './pace.ts'

export type TransactionActor = ActorRefFrom<typeof transactionMachine>

export type LaneOptions = {
  port: TransactionPort
  journal: Journal
  blockTimeMs: () => number
  /** Hears of each receipt before whoever waits for it. */
  onMined: (blockNumber: number) => void
  logger: Logger
  inspect?: Inspect | undefined
}

export type SubmitOptions = {
  signal?: AbortSignal | undefined
  /** Nobody waits for it: it does not keep the process alive. */
  background?: boolean
}

/** The serial sender of one wallet: every transaction of the broker goes through it. */
export type Lane = ReturnType<typeof createLane>

/** A transaction that was broadcast and whose outcome is open. */
type Entry = {
  intent: Intent
  id: string
  hash: string
  actor: TransactionActor
  background: boolean
  settle: { resolve(receipt: Receipt): void; reject(error: Error): void }
}

/** How many transactions surfaces can look back on. */
const REMEMBERED = 1_000

/** Gas limits get a fifth more than estimated: state may change between estimate and block. */
const GAS_MARGIN = { times: 6n, over: 5n }

export function createLane({ port, journal, blockTimeMs, onMined, logger, inspect }: LaneOptions) {
  /** From the moment of the decision until the outcome is known. */
  const flights = new Map<Intent, Promise<Receipt>>()
  const open = new Set<Entry>()
  const actors: TransactionActor[] = []
  const pace = createPace(blockTimeMs)
  let nextNonce = 0
  let turn: Promise<unknown> = Promise.resolve()
  let following = false
  let closed = false

  return {
    /** Sends one intent and resolves with its receipt. Rejects before anything is sent, or once it is mined reverted. */
    submit(intent: Intent, options: SubmitOptions = {}): Promise<Receipt> {
      const flight = fly(intent, options).finally(() => flights.delete(intent))
      flights.set(intent, flight)
      return flight
    },
    /** What is on its way: decided on, and without a known outcome. */
    inFlight: (): Intent[] => [...flights.keys()],
    /** Resolves once nothing is in flight that matches. */
    async idle(matches: (intent: Intent) => boolean): Promise<void> {
      await Promise.allSettled([...flights].filter(([intent]) => matches(intent)).map(([, flight]) => flight))
    },
    /** Every transaction of this lane, oldest first. */
    transactions: (): readonly TransactionActor[] => actors,
    async close(): Promise<void> {
      closed = true
      pace.stop()
      for (const { settle, hash } of open)
        settle.reject(
          new AbortedError('The broker was closed before the transaction was mined.', { transaction: hash }),
        )
      open.clear()
      for (const actor of actors) actor.stop()
      await turn
      await journal.close()
    },
  }

  async function fly(intent: Intent, { signal, background = false }: SubmitOptions): Promise<Receipt> {
    throwIfAborted(signal)
    const [estimate, fees, pending] = await Promise.all([
      port.estimateGas(intent.call),
      port.fees(),
      port.transactionCount('pending'),
    ])
    const gasLimit = (estimate * GAS_MARGIN.times) / GAS_MARGIN.over
    // One at a time from here: a nonce is taken only by what is signed and recorded.
    const sending = turn.then(async () => {
      throwIfAborted(signal)
      const options = { nonce: Math.max(nextNonce, pending), gasLimit, fees }
      const signed = port.sign ? await port.sign(intent.call, options) : null
      const id = `${options.nonce}-${signed?.hash.slice(2, 10) ?? 'unsigned'}`
      await recorded(() => journal.append({ type: 'prepared', id, intent, ...options, signed }))
      nextNonce = options.nonce + 1
      const actor = remember(intent, id, options.nonce, signed)
      const hash = signed?.hash ?? (await port.send(intent.call, options))
      if (!signed) await journal.append({ type: 'sent', id, hash })
      actor.send({ type: 'sent', hash })
      return { intent, id, hash, raw: signed?.raw, actor, background }
    })
    turn = sending.catch(() => undefined)
    const { raw, ...sent } = await sending
    return new Promise<Receipt>((resolve, reject) => {
      open.add({ ...sent, settle: { resolve, reject } })
      if (raw !== undefined) void broadcast(raw)
      void follow()
    })
  }

  /** A node that refuses, or does not answer, may still have taken it: the receipts tell. */
  async function broadcast(raw: string): Promise<void> {
    try {
      await port.broadcast(raw)
      pace.hurry()
    } catch (error) {
      logger.warn({ err: error }, 'broadcast failed; looking for its receipt')
    }
  }

  /** Looks for the receipts of everything that is open, until nothing is. */
  async function follow(): Promise<void> {
    if (following) return
    following = true
    while (open.size > 0 && !closed) {
      await pace.rest([...open].every(({ background }) => background))
      await Promise.all([...open].map(look))
    }
    following = false
  }

  async function look(entry: Entry): Promise<void> {
    try {
      const mined = await port.mined(entry.hash)
      if (mined) await conclude(entry, mined)
    } catch (error) {
      // Some nodes answer with an error for a receipt that they do not have yet.
      logger.debug({ err: error, transaction: entry.hash }, 'no receipt yet')
    }
  }

  async function conclude(entry: Entry, mined: MinedTransaction): Promise<void> {
    const { transactionHash: hash, blockNumber, gasUsed, status } = mined
    const outcome = { hash, blockNumber, gasUsed: `${gasUsed}` as const }
    const error = status === 1 ? null : await revertedBecause(entry.intent, mined)
    await journal.append({ type: 'mined', id: entry.id, hash, blockNumber, status })
    if (!open.delete(entry)) return
    onMined(blockNumber)
    if (error) {
      entry.actor.send({ type: 'receipt.reverted', ...outcome, reason: error.errorName })
      entry.settle.reject(error)
    } else {
      entry.actor.send({ type: 'receipt.succeeded', ...outcome })
      entry.settle.resolve({ ...mined, success: true })
    }
  }

  async function revertedBecause(intent: Intent, mined: MinedTransaction): Promise<TransactionRevertedError> {
    const replayed = await port.replay(intent.call, mined.blockNumber)
    const { errorName, errorArgs } =
      replayed instanceof ContractError ? replayed : { errorName: 'no reason', errorArgs: {} }
    return new TransactionRevertedError({ operation: intent.call.method, errorName, errorArgs }, mined)
  }

  /** A long-running process forgets the oldest that are over. */
  function remember(intent: Intent, id: string, nonce: number, signed: SignedTransaction | null): TransactionActor {
    const input = { id, nonce, hash: signed?.hash ?? null, ...summaryOf(intent) }
    const actor = createActor(transactionMachine, { input, ...(inspect && { inspect }) }).start()
    actors.push(actor)
    if (actors.length > REMEMBERED) {
      const oldest = actors.findIndex((one) => !one.getSnapshot().hasTag('open'))
      if (oldest >= 0) actors.splice(oldest, 1)
    }
    return actor
  }

  function throwIfAborted(signal: AbortSignal | undefined): void {
    if (closed) throw new AbortedError('The broker is closed; nothing was sent.')
    if (signal?.aborted) throw new AbortedError('Aborted before anything was sent.')
  }
}

async function recorded(append: () => Promise<void>): Promise<void> {
  try {
    await append()
  } catch (error) {
    throw new NotSentError(
      'The intent could not be recorded, so it was not sent.',
      { reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    )
  }
}

function summaryOf({ call, subAccount, amount, fromLedger }: Intent) {
  return { operation: call.method, subAccount, amount: `${amount}` as const, fromLedger: `${fromLedger}` as const }
}
