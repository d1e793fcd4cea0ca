import { ogToWei } from '../base/amounts.ts'

/** What a provider says is missing, in wei. */
export type InsufficientBalance = {
  /** What is enough for the sub-account to have available: rounded up where the text is rounded. */
  required: bigint
  /** What it has available, as the provider sees it. */
  locked: bigint
  /** What is always to be left, part of `required`. */
  reserve?: bigint
  /** What is owed for earlier requests, part of `required`. */
  unsettled?: bigint
  /** What the request itself costs, part of `required`. */
  fee?: bigint
}

/** Far more than any refusal; the rest of a longer text is not looked at. */
const LONGEST_TEXT = 16_384

/** Zeros at the end may be left out. */
const LEAST_DECIMALS = 6

const number = String.raw`\d{1,78}(?:\.\d{1,18})?`
const unit = String.raw` (?:0G|OG|A0GI|neuron)\b`
const withUnit = (name: string): string => `(?<${name}>${number}${unit})`
/** Without a unit it is neuron, which is wei: that is what the builds print that name none. */
const bare = (name: string): string => `(?<${name}>${number}(?:${unit})?)`
/** Nothing follows that could be more of the number, or another unit. */
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
 * Today's inference providers print OG rounded to 6 decimals, so what they require may be more than they say, and what
 * they see locked less. `required` has one unit of the last decimal more (10^12 wei): with that available, or topped up
 * by that less `locked`, there is enough. Everything else is as the text says. Neuron are exact.
 *
 * @returns null for every other text
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
    // The amounts cannot be amounts, or the object is not JSON: not a refusal that any provider wrote.
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

/** The most that rounding, of it and of what is subtracted from it, may have taken away. */
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
