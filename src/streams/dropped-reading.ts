import { ReadError, StaleReadingError } from '../base/errors.ts'

/** A reading whose block number or block time cannot be right. It is dropped unless later readings confirm it. */
export class ImplausibleReadingError extends ReadError {}

/** Whether a reading was dropped: the node answered, but its answer is too old or cannot be right. */
export function isDropped(error: unknown): error is StaleReadingError | ImplausibleReadingError {
  return error instanceof StaleReadingError || error instanceof ImplausibleReadingError
}
