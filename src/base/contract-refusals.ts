import { contractError, TransactionRevertedError, type ContractError, type Mined } from './contract-errors.ts'
import { refusalTexts } from './refusal-texts.ts'

type RefusalInput = Omit<Parameters<typeof contractError>[0], 'text'>

/** The error class for a contract's error, as a transaction ends with it, or would. */
export function contractRefusal(input: RefusalInput): ContractError {
  return contractError(explained(input))
}

/** The error of a transaction that was mined and reverted. */
export function revertedRefusal(input: RefusalInput, mined: Mined): TransactionRevertedError {
  return new TransactionRevertedError(explained(input), mined)
}

const explained = (input: RefusalInput) => ({ ...input, text: refusalTexts[input.errorName] })
