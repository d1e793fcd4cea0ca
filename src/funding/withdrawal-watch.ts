import type { Position } from '../../machines/position.types.ts'
import type { Intent } from '../transactions/intent.ts'
import type { InFlight } from '../transactions/lane.types.ts'

/** For this many seconds after a withdrawal by the user nothing is deposited: time to stop auto-deposit. */
export const WITHDRAWAL_REST = 600

export type WithdrawalWatchOptions = {
  /** What the wallet mined in the blocks (from, to]. */
  minedIn: (from: number, to: number) => readonly Intent[]
  inFlight: () => readonly InFlight[]
}

/** Withdrawals from the ledger by the user: a deposit must not undo them. */
export type WithdrawalWatch = {
  /** Looks for withdrawals at each accepted position. */
  see(position: Pick<Position, 'block'>): void
  /** Block time until which a withdrawal holds deposits: Infinity while one is in flight, 0 where there was none. */
  until(): number
  /** Withdrawals so far do not count any more: the user has started auto-deposit since. */
  forget(): void
}

export function createWithdrawalWatch({ minedIn, inFlight }: WithdrawalWatchOptions): WithdrawalWatch {
  let seen: number | null = null
  let rest = 0

  return {
    see({ block }) {
      if (seen !== null && minedIn(seen, block.number).some(isWithdrawal)) rest = block.timestamp + WITHDRAWAL_REST
      seen = block.number
    },
    until: () => (inFlight().some(({ intent }) => isWithdrawal(intent)) ? Infinity : rest),
    forget() {
      seen = null
      rest = 0
    },
  }
}

/** Whether an intent takes money out of the ledger, to the wallet. */
export function isWithdrawal({ call: { contract, method } }: Intent): boolean {
  return contract === 'ledger' && (method === 'refund' || method === 'deleteLedger')
}
