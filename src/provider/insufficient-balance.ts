import { ogToWei } from '../base/amounts.ts'

/** The amounts of a provider's refusal, in wei. */
export type InsufficientBalance = {
  /** The available balance that is enough: rounded up where the text is rounded. */
  required: bigint
  /** The available balance that the provider sees. */
  locked: bigint
  /** The minimum that must always be left, part of `required`. */
  reserve?: bigint
  /** What the wallet owes for earlier requests, part of `required`. */
  unsettled?: bigint
  /** What the request itself costs, part of `required`. */
  fee?: bigint
}

/** Far longer than any refusal; the rest of a longer text is ignored. */
const LONGEST_TEXT = 16_384

/** Trailing zeros may be left out of the text. */
const LEAST_DECIMALS = 6

const number = String.raw`\d{1,78}(?:\.\d{1,18})?`
const unit = String.raw` (?:0G|OG|A0GI|neuron)\b`
const withUnit = (name: string): string => `(?<${name}>${number}${unit})`
/** Without a unit the number is in neuron, which is wei: builds that print no unit print neuron. */
const bare = (name: string): string => `(?<${name}>${number}(?:${unit})?)`
/** The end of a number: neither another digit nor another unit follows. */
const end = String.raw`(?!\.?\w)(?! \w)`

const texts: readonly RegExp[] = [
  `insufficient balance: your locked balance is ${withUnit('locked')},` +
    ` but the required minimum is ${withUnit('required')}` +
    `(?: \\(breakdown: minimum reserve ${withUnit('reserve')} \\+ unsettled fees ${withUnit('unsettled')}` +
    ` \\+ current request fee ${withUnit('fee')}\\))?`,
  `insufficient balance, total fee of ${bare('required')}(?: \\(including response reservation\\))?` +
    ` exceeds the available balance of ${bare('locked')}${end}`,
  `insufficient account balance after pending refund: (?:expected|required) ${bare('required')},` +
    ` (?:got|available) ${bare('locked')}${end}`,
].map((text) => new RegExp(text, 'i'))

/**
 * Reads a provider's refusal (HTTP 400) of a request for lack of funds: its text, or the JSON that it comes in.
 *
 * Inference providers print OG rounded to 6 decimals, so they may require more than the text says, and see less locked.
 * `required` therefore has one unit of the last decimal more (10^12 wei): it is enough to have that available, or to top up
 * by the difference to `locked`. All other amounts are as printed. Amounts in neuron are exact.
 *
 * @returns null for any other text
 *
 * @example
 * const rejection = parseInsufficientBalance(await answer.text())
 * if (rejection) await broker.inference.ensureFunded(provider, rejection.required)
 */
export function parseInsufficientBalance(body: string | object): InsufficientBalance | null {
  try {
    const text = textOf(body).slice(0, LONGEST_TEXT).replace(/\s+/g, ' ')
    for (const pattern of texts) {
      const groups = pattern.exec(text)?.groups
      if (groups) return amountsOf(groups)
    }
    return null
  } catch {
    // The numbers are too large for amounts, or the object is not JSON: no provider wrote this refusal.
    return null
  }
}

function textOf(body: string | object): string {
  if (typeof body === 'string') return body
  return body instanceof Error ? String(body.message) : (JSON.stringify(body) ?? '')
}

function amountsOf({ required = '', locked = '', ...parts }: Record<string, string | undefined>): InsufficientBalance {
  const { reserve, unsettled, fee } = parts
  return {
    required: weiOf(required) + roundedBy(required),
    locked: weiOf(locked),
    ...(reserve !== undefined && { reserve: weiOf(reserve) }),
    ...(unsettled !== undefined && { unsettled: weiOf(unsettled) }),
    ...(fee !== undefined && { fee: weiOf(fee) }),
  }
}

/** The most by which rounding may have lowered the amount and raised the one that is subtracted from it. */
function roundedBy(text: string): bigint {
  const [value = '', unit = 'neuron'] = text.split(' ')
  if (unit.toLowerCase() === 'neuron') return 0n
  const decimals = Math.max(value.split('.')[1]?.length ?? 0, LEAST_DECIMALS)
  return decimals === 18 ? 0n : 10n ** BigInt(18 - decimals)
}

function weiOf(text: string): bigint {
  const [value = '', unit = 'neuron'] = text.split(' ')
  if (unit.toLowerCase() !== 'neuron') return ogToWei(value)
  const wei = BigInt(value)
  if (wei >= 2n ** 256n) throw new RangeError('more than a contract can hold')
  return wei
}
