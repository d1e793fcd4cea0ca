import type { ServiceType } from '../../machines/position.types.ts'
import { codeOf, type ErrorCode } from './error-codes.ts'

/** The facts of an error, in the order in which they are worth reading. */
export type Facts = Readonly<Record<string, string | undefined>>

export type ErrorOptions = {
  cause?: unknown
  /** Whether the same call may succeed later without a change by the caller. */
  retryable?: boolean
}

/** Where each class of error has a section of its own, in this repository. */
const PAGE = 'docs/errors.md'

/** An error as JSON has it: what a log, or an answer to a client, may hold. */
export type ErrorRecord = {
  name: string
  code: ErrorCode
  /** The sentence, without its facts. */
  message: string
  facts: Facts
  retryable: boolean
  docs: string
  cause?: CauseRecord
}

type CauseRecord = { name: string; message: string; code?: ErrorCode; facts?: Facts; cause?: CauseRecord }

/**
 * Every error of og-ledger: one sentence, its facts, its cause, and whether to retry.
 *
 * @example
 * if (error instanceof OgLedgerError && error.code === 'OG_LEDGER_LOCKED') console.log(error.shortMessage, error.docs)
 */
export class OgLedgerError extends Error {
  override readonly name: string = 'OgLedgerError'
  /** The sentence alone. */
  readonly shortMessage: string
  readonly facts: Facts
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean

  constructor(sentence: string, facts: Facts = {}, { cause, retryable = false }: ErrorOptions = {}) {
    const known = Object.fromEntries(Object.entries(facts).filter((fact) => fact[1] !== undefined))
    super(document(sentence, known), cause === undefined ? undefined : { cause })
    this.shortMessage = sentence
    this.facts = known
    this.retryable = retryable
  }

  /** Stable, and the same in a minified bundle: `OG_LEDGER_LOCKED`. A refusal at the wallet has EIP-1193's 4001. */
  get code(): ErrorCode {
    return codeOf(this.name)
  }

  /** The section about this error: when it is thrown, whether something was sent, what to do. */
  get docs(): string {
    return `${PAGE}#${this.name.toLowerCase()}`
  }

  /** The error at the root of its causes. */
  walk(): unknown
  /** The first error that matches, of this one and its causes; null where none does. */
  walk<T>(matches: (error: unknown) => error is T): T | null
  walk(matches: (error: unknown) => boolean): unknown
  walk(matches?: (error: unknown) => boolean): unknown {
    const chain = causesOf(this)
    return matches ? (chain.find(matches) ?? null) : chain.at(-1)
  }

  /** What `JSON.stringify` writes: name, code, sentence, facts, whether to retry, link, and the cause. */
  toJSON(): ErrorRecord {
    const { name, code, shortMessage: message, facts, retryable, docs } = this
    const cause = recordOf(causesOf(this).slice(1))
    return { name, code, message, facts, retryable, docs, ...(cause && { cause }) }
  }
}

/** An error and its causes, each once. */
function causesOf(error: unknown): unknown[] {
  const chain = new Set<unknown>()
  for (
    let one = error;
    one !== undefined && one !== null && !chain.has(one);
    one = one instanceof Error ? one.cause : null
  )
    chain.add(one)
  return [...chain]
}

/** The first of these causes, with those below it. */
function recordOf([first, ...others]: readonly unknown[]): CauseRecord | null {
  if (!(first instanceof Error)) return null
  const cause = recordOf(others)
  const { name } = first
  const own = first instanceof OgLedgerError ? { code: first.code, facts: first.facts } : {}
  return { name, message: first.message.split('\n', 1)[0] ?? '', ...own, ...(cause && { cause }) }
}

/** An argument or option of the caller cannot work. Nothing was sent. */
export class InvalidInputError extends OgLedgerError {
  override readonly name = 'InvalidInputError'
}

/** The chain could not be read. This says nothing about balances: a failed read is never "absent" and never zero. */
export class ReadError extends OgLedgerError {
  override readonly name = 'ReadError'
  constructor(sentence: string, facts: Facts, options: ErrorOptions = {}) {
    super(sentence, facts, { retryable: true, ...options })
  }
}

/** The node answers with blocks older than one already seen, or than the wallet's own last transaction. */
export class StaleReadingError extends OgLedgerError {
  override readonly name = 'StaleReadingError'
  constructor(facts: Facts) {
    super('The node answers as of a block that is too old.', facts, { retryable: true })
  }
}

/** A transaction was not sent; its subclasses say why. Nothing was paid. */
export class NotSentError extends OgLedgerError {
  override readonly name: string = 'NotSentError'
}

/** The broker was created without a signer. */
export class ReadOnlyError extends NotSentError {
  override readonly name = 'ReadOnlyError'
  constructor(wallet: string) {
    super('This broker is read-only.', { wallet, do: 'create it with a signer to send transactions' })
  }
}

/** The person at the wallet refused to sign or to send. */
export class RefusedError extends NotSentError {
  override readonly name = 'RefusedError'
}

/** `RefusedError` by the name that wallets have for it; its `code` is 4001, as in EIP-1193. */
export const UserRejectedError = RefusedError
export type UserRejectedError = RefusedError

/** The wallet was switched to another chain: what it sends would go there. */
export class WrongChainError extends NotSentError {
  override readonly name = 'WrongChainError'
  constructor({ expected, actual }: { expected: bigint; actual: bigint }) {
    super(
      'The wallet is on another chain.',
      { expected: `chain ${expected}`, actual: `chain ${actual}`, do: 'switch the wallet back, then try again' },
      { retryable: true },
    )
  }
}

/** The signer failed to sign, other than by a refusal. */
export class SigningError extends NotSentError {
  override readonly name = 'SigningError'
  constructor(facts: { operation: string; reason: string }, options: ErrorOptions = {}) {
    super('The signer did not sign.', facts, options)
  }
}

/** The wallet's own balance does not cover the gas and the value of the transaction. */
export class InsufficientGasError extends NotSentError {
  override readonly name = 'InsufficientGasError'
}

/** The node did not estimate the gas, for a reason that is neither the contract's nor the wallet's balance. */
export class GasEstimateError extends NotSentError {
  override readonly name = 'GasEstimateError'
  constructor(facts: { operation: string; reason: string }, options: ErrorOptions = {}) {
    super('The node gave no gas estimate.', facts, { retryable: true, ...options })
  }
}

/** The journal could not be written, and nothing is sent that it does not hold. */
export class NotRecordedError extends NotSentError {
  override readonly name = 'NotRecordedError'
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super('The intent could not be recorded, so it was not sent.', { reason }, { cause })
  }
}

/** Another machine has claimed the wallet, or may have: what this one decided was not recorded. */
export class LeaseLostError extends NotSentError {
  override readonly name = 'LeaseLostError'
  /** @param facts the present holder, where the store named it, and until when its lease runs */
  constructor(facts: { wallet: string; epoch: string; holder?: string | undefined; until?: string | undefined }) {
    super('This process has lost the lease of the wallet, so nothing was sent.', {
      ...facts,
      do: 'close this broker: the holder goes on with what it has left open',
    })
  }
}

/** An earlier transaction of the ledger is in doubt: a wallet was asked to send it and gave no hash. */
export class InDoubtError extends NotSentError {
  override readonly name = 'InDoubtError'
  constructor(facts: { operation: string }) {
    super('A transaction of this ledger may be on its way, and only its wallet knows.', {
      ...facts,
      do: 'look in the wallet, then call resolveIntent(id) with its hash or "not-sent"',
    })
  }
}

/** A top-up was decided on from a position that another transaction, or a newer plan, has overtaken. */
export class OvertakenError extends NotSentError {
  override readonly name = 'OvertakenError'
  constructor(sentence: string, facts: Facts) {
    super(sentence, facts, { retryable: true })
  }
}

/** The address to be paid offers no such service: no provider could charge the money there, and it would stay locked. */
export class ServiceNotOfferedError extends NotSentError {
  override readonly name = 'ServiceNotOfferedError'
  /** The services that the address offers instead. */
  readonly offers: readonly ServiceType[]
  constructor(
    sentence: string,
    { provider, service, offers }: { provider: string; service: ServiceType; offers: readonly ServiceType[] },
  ) {
    super(sentence, {
      provider,
      service,
      offers: offers.length === 0 ? 'nothing' : offers.join(', '),
      do: 'check address and service, or pass force: true (--force) to pay it all the same',
    })
    this.offers = offers
  }
}

/** Sending money to the sub-account would undo a refund that is pending there. */
export class RefundPendingError extends OgLedgerError {
  override readonly name = 'RefundPendingError'
}

/** A limit does not allow it: the budget of a rolling window, the most for one top-up, or the ledger's reserve. */
export class BudgetExhaustedError extends OgLedgerError {
  override readonly name = 'BudgetExhaustedError'
}

/** A sub-account could not be filled in time: its transaction is not mined, or it is charged faster than that. */
export class NotFundedError extends OgLedgerError {
  override readonly name = 'NotFundedError'
  constructor(facts: Facts) {
    super('The sub-account still has less available than that.', facts, { retryable: true })
  }
}

/** No sub-account has free money to retrieve or a refund to claim now. */
export class NothingToRetrieveError extends OgLedgerError {
  override readonly name = 'NothingToRetrieveError'
}

/** Retrieving would lock money that a provider works with. Nothing was sent. */
export class WouldLockError extends OgLedgerError {
  override readonly name = 'WouldLockError'
}

/** The ledger has nothing available to withdraw. */
export class NothingToWithdrawError extends OgLedgerError {
  override readonly name = 'NothingToWithdrawError'
}

/** The deployment is an older one, whose contracts lack a function that this needs. Nothing was sent. */
export class CapabilityMissingError extends OgLedgerError {
  override readonly name = 'CapabilityMissingError'
  /** The contract's function. */
  readonly capability: string
  constructor({ capability, ...facts }: { capability: string } & Facts, options: ErrorOptions = {}) {
    super(`This deployment is an older one: its contract has no ${capability}.`, facts, options)
    this.capability = capability
  }
}

/** A transaction of another program spent the nonce: this one can never be mined. Nothing was paid. */
export class SupersededError extends OgLedgerError {
  override readonly name = 'SupersededError'
  constructor(facts: Facts) {
    super('Another transaction of this wallet took the nonce, so this one was not mined.', facts, { retryable: true })
  }
}

/** A wallet was asked to send a transaction and did not say whether it did. */
export class UnresolvedIntentError extends OgLedgerError {
  override readonly name = 'UnresolvedIntentError'
  readonly id: string
  constructor({ id, cause }: { id: string; cause: unknown }) {
    super(
      'The wallet did not say whether it sent the transaction.',
      {
        id,
        reason: cause instanceof Error ? cause.message.split('\n', 1)[0] : undefined,
        do: 'look in the wallet, then call resolveIntent(id) with its hash or "not-sent"',
      },
      { cause },
    )
    this.id = id
  }
}

/** Another process sends for the same wallet. */
export class LockedError extends OgLedgerError {
  override readonly name = 'LockedError'
}

/** The journal's file is damaged, was replaced or cannot be written; guessing would risk paying twice. */
export class JournalError extends OgLedgerError {
  override readonly name = 'JournalError'
}

/** The broker was closed, or the call's signal aborted, before anything was sent. */
export class AbortedError extends OgLedgerError {
  override readonly name = 'AbortedError'
}

function document(sentence: string, facts: Facts): string {
  const known = Object.entries(facts)
  if (known.length === 0) return sentence
  const width = Math.max(...known.map(([name]) => name.length)) + 1
  return `${sentence}\n\n${known.map(([name, value]) => `${`${name}:`.padEnd(width)} ${value}`).join('\n')}`
}
