import { weiToOg } from '../base/amounts.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { LeftOut } from './left-out.ts'

/** What a call of several transactions did before one of them failed. Amounts in wei. */
export type PartlyDone = {
  operation: 'retrieveFund' | 'claimRefunds'
  /** Those that were mined. */
  receipts: readonly Receipt[]
  /** What came home to the ledger; of `retrieveFund`, as far as the reading before it showed. */
  claimed: bigint
  /** What was asked back, and is locked; of `retrieveFund`, as far as the reading before it showed. */
  askedBack: bigint
  /** What was free before a claim, and is free again. */
  putBack: bigint
  /** For these nothing was sent, or what was sent failed. */
  left: readonly SubAccountId[]
  leftOut: readonly LeftOut[]
}

/**
 * Some transactions of one call were mined, and another one failed: `cause` says why. It has what was mined, and what is left. The same call
 * again does what is left.
 *
 * @example
 * if (error instanceof PartlyDoneError) console.log(error.receipts, error.claimed, error.left)
 */
export class PartlyDoneError extends OgLedgerError {
  override readonly name = 'PartlyDoneError'
  readonly operation: PartlyDone['operation']
  readonly receipts: PartlyDone['receipts']
  readonly claimed: bigint
  readonly askedBack: bigint
  readonly putBack: bigint
  readonly left: PartlyDone['left']
  readonly leftOut: PartlyDone['leftOut']

  constructor(done: PartlyDone, cause: unknown) {
    const { operation, receipts, claimed, askedBack, putBack, left, leftOut } = done
    super(
      'A part of it was mined, and the rest failed.',
      {
        operation,
        mined: receipts.map(({ transactionHash }) => transactionHash).join(', '),
        claimed: inOg(claimed),
        'asked back': inOg(askedBack),
        'put back': inOg(putBack),
        left: left.map(({ provider, serviceType }) => `${provider} (${serviceType})`).join(', ') || undefined,
        reason: cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause),
        do: 'mend the reason and call it again: it does what is left',
      },
      { cause, retryable: cause instanceof OgLedgerError && cause.retryable },
    )
    this.operation = operation
    this.receipts = receipts
    this.claimed = claimed
    this.askedBack = askedBack
    this.putBack = putBack
    this.left = left
    this.leftOut = leftOut
  }
}

/** The error of a call that failed with another one: that one itself, where nothing of the call was mined. */
export function partlyDone(done: PartlyDone, error: unknown): unknown {
  return done.receipts.length === 0 ? error : new PartlyDoneError(done, error)
}

const inOg = (wei: bigint): string | undefined => (wei > 0n ? `${weiToOg(wei)} OG` : undefined)
