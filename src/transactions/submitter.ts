import { AbortedError, ReadOnlyError } from '../base/errors.ts'
import { MinimumDepositRequiredError } from '../base/contract-errors.ts'
import type { Intent, Receipt } from './intent.ts'
import type { Lane, SubmitOptions } from './lane.types.ts'

export type SubmitterOptions = {
  /** Null for a broker without a signer. */
  lane: Lane | null
  wallet: string
  /** Refuses a transfer to a sub-account, by throwing. */
  checkTransfer: (operation: string) => void
  /** Called where the contract refuses an amount below its minimum. */
  onMinimum?: () => void
}

/** What may send: the lane behind the checks that every transaction passes. */
export type Submitter = {
  /**
   * Sends an intent and resolves with its receipt.
   *
   * @throws ReadOnlyError without a signer, LockedError or JournalError while the journal is held or damaged
   */
  submit(intent: Intent, options?: SubmitOptions): Promise<Receipt>
  /** The lane. @throws ReadOnlyError without a signer */
  lane(): Lane
  /** The lane, if it can send now. Where it cannot, the lane tries to open its journal again meanwhile. @throws the reason */
  readyLane(): Lane
  /** The lane with its journal open: where the journal was held or damaged, the lane tries it again. */
  openLane(): Promise<Lane>
  close(): void
}

export function createSubmitter({ lane, wallet, checkTransfer, onMinimum }: SubmitterOptions): Submitter {
  let closed = false
  return {
    async submit(intent, options) {
      const lane = requireLane()
      // Only the journal knows whether the ledger is being closed.
      if (lane.refusal()) await lane.open()
      if (intent.call.method === 'transferFund') checkTransfer('transferFund')
      try {
        return await lane.submit(intent, options)
      } catch (error) {
        if (error instanceof MinimumDepositRequiredError) onMinimum?.()
        throw error
      }
    },
    lane: requireLane,
    readyLane() {
      if (closed) throw new AbortedError('The broker is closed.')
      const lane = requireLane()
      const refusal = lane.lastingRefusal()
      if (!refusal) return lane
      lane.open().catch(() => undefined)
      throw refusal
    },
    async openLane() {
      if (closed) throw new AbortedError('The broker is closed.')
      const lane = requireLane()
      if (lane.refusal()) await lane.open()
      return lane
    },
    close() {
      closed = true
    },
  }

  function requireLane(): Lane {
    if (lane) return lane
    throw new ReadOnlyError(wallet)
  }
}
