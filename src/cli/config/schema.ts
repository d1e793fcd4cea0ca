/** A JSON Schema (draft 2020-12). */
export type Schema = Readonly<Record<string, unknown>>

const DECIMALS = String.raw`(?:\.\d{1,18})?`
/** Amounts with more digits before the point are more than a contract can hold. */
const OG = String.raw`\d{1,59}${DECIMALS}`
const SOME = '(?=.*[1-9])'

export const amountSchema: Schema = { type: 'string', pattern: `^${OG}$`, examples: ['1.5'] }
export const moreThanNothingSchema: Schema = { type: 'string', pattern: `^${SOME}${OG}$`, examples: ['1.5'] }
export const firstDaySchema: Schema = { type: 'string', pattern: `^(?:off|${SOME}${OG})$`, examples: ['50', 'off'] }
export const addressSchema: Schema = { type: 'string', pattern: '^0x(?=.*[1-9a-fA-F])[\\da-fA-F]{40}$' }
export const multiplierSchema: Schema = { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 }
export const booleanSchema: Schema = { type: 'boolean' }

const FRACTION = String.raw`(?:\.\d{1,9})?`
export const durationSchema: Schema = {
  type: 'string',
  pattern: `^${SOME}\\d{1,12}${FRACTION}[smhd]$`,
  examples: ['6h', '7d'],
}

/** Durations of at most 31 days, as text that a pattern can compare. */
const month = Object.entries({ s: 2_678_400, m: 44_640, h: 744, d: 31 }).map(
  ([unit, most]) => `(?:(?:${numbersBelow(most)})${FRACTION}|${most})${unit}`,
)
export const windowSchema: Schema = { type: 'string', pattern: `^${SOME}(?:${month.join('|')})$`, examples: ['24h'] }

/** From an hour to 31 days. */
const hour = String.raw`[1-9]\d*${FRACTION}[hd]|(?:[6-9]\d|[1-9]\d{2,})${FRACTION}m|(?:3[6-9]\d{2}|[4-9]\d{3}|[1-9]\d{4,})${FRACTION}s`
export const idleTimeSchema: Schema = {
  allOf: [windowSchema, { type: 'string', pattern: `^(?:${hour})$` }],
  examples: ['7d'],
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Durations between two numbers of milliseconds. A fraction may stand below the whole number of units that fit into the longest. */
export function timeSchema(least: number, most = Infinity): Schema {
  const inUnits = Object.entries(UNIT_MS).map(([unit, ms]) => {
    const whole = Math.floor(most / ms)
    const below = most === Infinity ? String.raw`\d{1,12}` : `(?:${numbersBelow(whole)})`
    return `(?:${atLeast(least / ms)}(?:${below}${FRACTION}${most === Infinity ? '' : `|${whole}`})${unit})`
  })
  return { type: 'string', pattern: `^(?:${inUnits.join('|')})$`, examples: ['30s', '6h'] }
}

/** Looks ahead for a digit other than 0 that is worth a part of a unit: the whole unit, or so many decimals of it. */
function atLeast(part: number): string {
  if (part === 0) return ''
  const decimals = Math.floor(-Math.log10(part))
  return decimals === 0 ? '(?=0*[1-9])' : String.raw`(?=0*[1-9]|\d+\.0{0,${decimals - 1}}[1-9])`
}

export const anyTimeSchema = timeSchema(0)
export const forMsSchema: Schema = { anyOf: [{ type: 'number', minimum: 0 }, anyTimeSchema] }

export const anomalySchema: Schema = {
  anyOf: [
    { const: 'off' },
    {
      type: 'object',
      properties: {
        factor: { type: 'number', exclusiveMinimum: 1, maximum: 1_000_000 },
        forMs: forMsSchema,
      },
      required: ['factor', 'forMs'],
      additionalProperties: false,
    },
  ],
}

/** A pattern of the whole numbers below a limit. */
function numbersBelow(limit: number): string {
  const digits = String(limit)
  const rest = (count: number): string => (count === 0 ? '' : String.raw`\d{${count}}`)
  const shorter = digits.length > 1 ? [String.raw`\d{1,${digits.length - 1}}`] : []
  const alike = digits.split('').flatMap((digit, index) => {
    const least = index === 0 ? 1 : 0
    const most = Number(digit) - 1
    return most < least ? [] : [`${digits.slice(0, index)}[${least}-${most}]${rest(digits.length - index - 1)}`]
  })
  return [...shorter, ...alike].join('|')
}
