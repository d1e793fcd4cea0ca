/** A change of what an encoded text means raises it. */
export const VERSION = 1

/** The digits of an amount, as a bigint writes them. A text of this form gets a backslash, which tells it from an amount. */
const AMOUNT = /^(?:0|-?[1-9]\d*)$/
const MARKED = /^\\+(?:0|-?[1-9]\d*)$/

/** A text that no reader of the encoding takes for an amount. */
export function markedText(text: string): string {
  return AMOUNT.test(text) || MARKED.test(text) ? `\\${text}` : text
}

/** The value of encoded JSON: amounts are bigint again, and marked texts have their own characters. */
export function fromJsonValue(value: unknown): unknown {
  if (typeof value === 'string') return AMOUNT.test(value) ? BigInt(value) : MARKED.test(value) ? value.slice(1) : value
  if (Array.isArray(value)) return value.map(fromJsonValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fromJsonValue(one)]))
}

/** What `encode` has written, before its value is decoded; null for another text. */
export function envelopeIn(text: string): { v: unknown; value: unknown } | null {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null && 'v' in found && 'value' in found ? found : null
  } catch {
    return null
  }
}
