import type { Position } from '../../machines/position.types.ts'
import type { KnownBlock } from '../base/known-block.ts'
import type { Call } from '../chain/port.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { DepositPayment } from '../transactions/journal.types.ts'
import type { InFlight, Lane, SubmitOptions } from '../transactions/lane.types.ts'
import type { Submitter } from '../transactions/submitter.ts'

/** The wallet that deposits into the ledger, with its lane. Amounts in wei. */
export type DepositPayer = {
  /** Null while it could not be read. */
  balance(position: Position): bigint | null
  /** What it keeps for the gas of a full exit. */
  exitReserve(position: Position): bigint
  /** Whether it pays the gas of top-ups, too. */
  readonly paysTopUps: boolean
  call(amount: bigint): Call
  inFlight(): readonly InFlight[]
  /** Resolves once nothing of its is in flight that matches. */
  idle(matches: (intent: Intent) => boolean, signal?: AbortSignal): Promise<void>
  /** The latest block at which it decided to deposit; null without one. */
  knownBlock(): KnownBlock | null
  /** What auto-deposit sent from it, as budgets count it. */
  deposits(): readonly DepositPayment[]
  /** The node's pool holds transactions of it that its journal does not know. */
  hasUnknownPending(): boolean
  /** Its journal takes no records for now. */
  cannotRecord(): boolean
  /** Another program with its key has just sent a transaction of it. */
  holdsForForeign(): boolean
  /** Opens its journal. @throws where nothing can be sent */
  open(): Promise<unknown>
  submit(intent: Intent, options?: SubmitOptions): Promise<Receipt>
}

export type WalletPayerOptions = {
  lane: Lane | null
  submitter: Pick<Submitter, 'submit' | 'openLane'>
  gasReserve: (position: Position) => bigint
}

/** The broker's own wallet. */
export function walletPayer({ lane, submitter, gasReserve }: WalletPayerOptions): DepositPayer {
  return {
    balance: ({ wallet }) => wallet.balance,
    exitReserve: gasReserve,
    paysTopUps: true,
    call: (value) => ({ contract: 'ledger', method: 'depositFund', args: [], value }),
    ...laneFactsOf(() => lane),
    open: submitter.openLane,
    submit: submitter.submit,
  }
}

export type LaneFacts = Pick<
  DepositPayer,
  'inFlight' | 'idle' | 'knownBlock' | 'deposits' | 'hasUnknownPending' | 'cannotRecord' | 'holdsForForeign'
>

/** What the lane of a wallet knows: nothing is known to be in flight while it has none. */
export function laneFactsOf(lane: () => Lane | null): LaneFacts {
  return {
    inFlight: () => lane()?.inFlight() ?? [],
    idle: async (matches, signal) => lane()?.idle(matches, signal),
    knownBlock: () => lane()?.knownBlock() ?? null,
    deposits: () => lane()?.deposits() ?? [],
    hasUnknownPending: () => (lane()?.unknownPending() ?? []).length > 0,
    cannotRecord: () => lane()?.cannotRecord() ?? false,
    holdsForForeign: () => lane()?.holdsForForeign() ?? false,
  }
}
