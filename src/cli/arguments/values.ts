import { ogToWei } from '../../index.ts'
import { UsageError } from './usage-error.ts'

/** Checks an amount in OG, and returns it as it was typed. */
export function amountOf(text: string): string {
  ogToWei(text)
  return text
}

/** A number in plain digits: "1e3", "0x10" and "" are refused. */
export function numberOf(
  text: string | undefined,
  name: string,
  { least = 0, most = Infinity, whole = true }: { least?: number; most?: number; whole?: boolean } = {},
): number | undefined {
  if (text === undefined) return undefined
  const digits = whole ? /^\d{1,15}$/ : /^\d{1,15}(\.\d+)?$/
  if (digits.test(text) && Number(text) >= least && Number(text) <= most) return Number(text)
  const range = most === Infinity ? `from ${least} up` : `from ${least} to ${most}`
  throw new UsageError(`--${name} is a ${whole ? 'whole ' : ''}number ${range}; this is ${JSON.stringify(text)}.`)
}

/** A text as one of a few choices of an option, or of a variable, of that name. */
export function choiceOf<Choice extends string>(text: string, name: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text)
  if (found) return found
  throw new UsageError(`${name} is one of ${choices.join(', ')}; this is ${JSON.stringify(text)}.`)
}
