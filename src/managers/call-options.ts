import { checkOptions, isBoolean, isFunction, isSignal, type Check, type Fields } from '../base/check-options.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'

/** Options of every call that reads. */
export type ReadingOptions = {
  /** Ends the wait. */
  signal?: AbortSignal | undefined
}

const sendingFields: Fields<SendingOptions> = { signal: isSignal, onSent: isFunction }

/** @throws InvalidInputError for a name that is no option of the call */
export function checkReading(subject: string, options: ReadingOptions): void {
  checkOptions(subject, options, { signal: isSignal })
}

/** @throws InvalidInputError for a name that is no option of the call */
export function checkSending(
  subject: string,
  options: SendingOptions,
  more: Readonly<Record<string, Check>> = {},
): void {
  checkOptions(subject, options, { ...more, ...sendingFields })
}

/** As `checkSending`, with `force`. */
export function checkForced(subject: string, options: SendingOptions & { force?: boolean }): void {
  checkSending(subject, options, { force: isBoolean })
}
