import { ContractError, TransactionRevertedError } from '../base/contract-errors.ts'
import { GasEstimateError, InsufficientGasError } from '../base/not-sent-errors.ts'
import { RefusedByNodeError } from './send-errors.ts'

/** Nodes' words for a limit on gas, or on what it costs, that a smaller transaction keeps. */
const GAS_LIMITS = /gas[ _]?limit|intrinsic gas (too high|exceeds)|gas required exceeds|out of gas|configured cap/i

/**
 * Nothing was sent, and less may be. A contract refuses without a reason where the estimate runs out of gas. What was mined and reverted has
 * cost gas, and is not tried again.
 */
export function isTooMuchGas(error: unknown): boolean {
  if (error instanceof TransactionRevertedError) return false
  if (error instanceof ContractError) return error.errorName === 'no reason'
  if (error instanceof InsufficientGasError) return true
  const isOfNode = error instanceof GasEstimateError || error instanceof RefusedByNodeError
  return isOfNode && GAS_LIMITS.test(error.facts['reason'] ?? '')
}
