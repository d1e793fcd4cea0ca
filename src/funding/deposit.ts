import type { DepositReceipt, DepositRequest } from '../../machines/ledger/auto-deposit.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { OvertakenError } from '../base/not-sent-errors.ts'
import type { Positions } from '../streams/positions.ts'
import { intentOf } from '../transactions/build-intent.ts'
import type { DepositPayer } from './deposit-payer.ts'
import { checkStillWanted } from './overtaken.ts'
import type { Plan } from './plan.ts'

export type DepositOptions = {
  /** The newest plan that was sent to actors. */
  latest: () => Plan | null
  /** Plans for a position that was read. */
  plan: (position: Position) => Plan
  positions: Pick<Positions, 'fresh' | 'isOvertaken'>
  /** Whether a caller decides about a deposit, or a transaction that deposits or withdraws is in flight. */
  isTaken: () => boolean
  closing: { refuse: (operation: string) => void }
  payer: Pick<DepositPayer, 'call' | 'submit'>
}

/** Sends a deposit that the actor of auto-deposit requests. */
export type Deposit = (request: DepositRequest, signal: AbortSignal) => Promise<DepositReceipt>

/**
 * The money rule of a deposit, as that of a top-up: it is sent only while a plan still wants it, and overtakes no other
 * transaction of the ledger. An approved amount is checked against a plan of a new reading.
 */
export function createDeposit({ latest, plan, positions, isTaken, closing, payer }: DepositOptions): Deposit {
  return async (request, signal) => {
    const amount = BigInt(request.amount)
    // An approval comes some time after the decision.
    if (latest()?.deposit?.action !== 'deposit') checkStillWanted(amount, plan(await positions.fresh(signal)).deposit)
    if (isTaken() || positions.isOvertaken(latest()?.block.number ?? 0))
      throw new OvertakenError('Another transaction overtook the deposit.', {})
    closing.refuse('depositFund')
    // The budget window counts a payment from the newest reading on.
    const block = latest()?.block
    const intent = {
      ...intentOf(payer.call(amount), { amount }),
      decidedAt: Math.max(request.decidedAt, block?.timestamp ?? 0),
      ...(block && { asOf: block.number }),
    }
    const { transactionHash, blockNumber } = await payer.submit(intent, { signal, background: true })
    return { transactionHash, blockNumber }
  }
}
