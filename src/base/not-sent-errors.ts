import type { ServiceType } from '../../machines/position.types.ts'
import { NotSentError } from './errors.ts'
import type { ErrorOptions, Facts } from './og-ledger-error.ts'

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

/**
 * An earlier transaction of the ledger is in doubt: a wallet was asked to send it and gave no hash, or its nonce is spent and the node does
 * not show by what.
 */
export class InDoubtError extends NotSentError {
  override readonly name = 'InDoubtError'
  constructor({ isSent = false, ...facts }: { operation: string; isSent?: boolean }) {
    super(
      isSent
        ? 'The nonce of an earlier transaction of this ledger is spent, and the node does not show by what.'
        : 'A transaction of this ledger may be on its way, and only its wallet knows.',
      {
        ...facts,
        do: `look in ${isSent ? 'an explorer' : 'the wallet'}, then call resolveIntent(id) with its hash or "not-sent"`,
      },
    )
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
