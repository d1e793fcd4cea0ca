import { getAddress } from 'ethers'
import { LONGEST_WINDOW, msIn, toSeconds } from '../../base/durations.ts'
import { InvalidInputError, ogToWei, toPolicy } from '../../index.ts'
import type { AutoFundingConfig, Budget, Duration } from '../../index.ts'
import { checkOf, fieldError, kindOf, objectAt, schemaOf, valueInWords, wholeAt, type Check } from './objects.ts'
import * as schemas from './schema.ts'

/** A timer lasts no longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const oneOf = <Choice extends string>(
  choices: readonly Choice[],
  /** The choice that a wrong word stands for. */
  meant: (word: unknown) => Choice | undefined = () => undefined,
): Check<Choice> =>
  checkOf({ enum: choices }, (value, path) => {
    const found = choices.find((choice) => choice === value)
    if (found !== undefined) return found
    const hint = meant(value)
    throw fieldError(
      path,
      `one of ${choices.join(', ')}; this is ${valueInWords(value)}${hint === undefined ? '' : ` (did you mean ${hint}?)`}.`,
    )
  })

export const amount: Check<string> = checkOf(schemas.amountSchema, (value, path) => {
  if (typeof value !== 'string')
    throw fieldError(path, `an amount is a string in OG such as "1.5"; this is ${kindOf(value)}.`)
  try {
    ogToWei(value)
    return value
  } catch (error) {
    const problem = error instanceof InvalidInputError ? error.facts['problem'] : undefined
    throw fieldError(path, `${JSON.stringify(value)} is no amount in OG: ${problem ?? 'it cannot be read'}.`)
  }
})

export const moreThanNothing: Check<string> = checkOf(schemas.moreThanNothingSchema, (value, path) => {
  const og = amount(value, path)
  if (ogToWei(og) > 0n) return og
  throw fieldError(path, 'it is more than nothing.')
})

export const multiplier: Check<number> = checkOf(schemas.multiplierSchema, (value, path) => {
  const number = typeof value === 'number' ? value : NaN
  const refusal = refusalOf({ bufferMultiplier: number })
  if (!refusal) return number
  throw fieldError(path, `a number, ${refusal.facts['expected']}; this is ${valueInWords(value)}.`)
})

/** A number is a multiple of the minimum, a string an amount. */
export const target: Check<number | string> = checkOf(
  { anyOf: [schemas.moreThanNothingSchema, schemas.multiplierSchema] },
  (value, path) => (typeof value === 'string' ? moreThanNothing(value, path) : multiplier(value, path)),
)

/** Whole milliseconds, or a duration, as milliseconds. */
export function milliseconds(least: number, most = LONGEST_TIMER_MS): Check<number> {
  const time = schemas.timeSchema(least, most)
  return checkOf({ anyOf: [{ type: 'integer', minimum: least, maximum: most }, time] }, (value, path) => {
    const ms = msOf(value, time)
    if (ms !== null && Number.isInteger(ms) && ms >= least && ms <= most) return ms
    const range = `from ${least} to ${most}, or a duration such as "30s"`
    throw fieldError(path, `whole milliseconds ${range}; this is ${valueInWords(value)}.`)
  })
}

/** The milliseconds that a value means; null for text that the schema does not take. */
function msOf(value: unknown, { pattern }: schemas.Schema): number | null {
  return typeof value === 'string' && !new RegExp(String(pattern)).test(value) ? null : msIn(value)
}

export const interval = milliseconds(100)
/** The journal keeps payments no longer. */
export const cooldown = milliseconds(0, LONGEST_WINDOW * 1_000)

export const yesOrNo: Check<boolean> = checkOf(schemas.booleanSchema, (value, path) => {
  if (typeof value === 'boolean') return value
  throw fieldError(path, `true or false; this is ${valueInWords(value)}.`)
})

/** An option that can only be switched off. */
export const never: Check<false> = checkOf({ const: false }, (value, path) => {
  if (value === false) return false
  throw fieldError(path, `false, or left out; this is ${valueInWords(value)}.`)
})

export const finite: Check<number> = checkOf({ type: 'number' }, (value, path) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw fieldError(path, `a number; this is ${valueInWords(value)}.`)
})

export const duration: Check<Duration> = checkOf(schemas.durationSchema, (value, path) => {
  try {
    toSeconds(value as Duration, path)
    return value as Duration
  } catch {
    throw fieldError(path, `a number and s, m, h or d, such as "6h"; this is ${valueInWords(value)}.`)
  }
})

export const budgetFields = { amount: moreThanNothing, per: checkOf(schemas.windowSchema, duration) }

export const budget: Check<Budget> = checkOf(schemaOf(budgetFields, { required: ['amount', 'per'] }), (value, path) => {
  const { amount: most, per } = wholeAt(value, path, budgetFields)
  if (refusalOf({ budget: { amount: most, per } }))
    throw fieldError(`${path}.per`, 'a budget looks back at most 31 days.')
  return { amount: most, per }
})

export const part: Check<number> = checkOf({ type: 'number', minimum: 0.000001, maximum: 1 }, (value, path) => {
  if (typeof value === 'number' && !refusalOf({ maxGasShare: value })) return value
  throw fieldError(path, `a part from 0.000001 to 1, such as 0.01; this is ${valueInWords(value)}.`)
})

const reserveFields = { amount, soft: yesOrNo }

/** An amount, or one that a sub-account in need may take all the same. */
export const reserve: Check<string | { amount: string; soft: boolean }> = checkOf(
  { anyOf: [schemas.amountSchema, schemaOf(reserveFields, { required: ['amount', 'soft'] })] },
  (value, path) =>
    typeof value === 'object' && value !== null ? wholeAt(value, path, reserveFields) : amount(value, path),
)

const forMs: Check<number> = checkOf(schemas.forMsSchema, (value, path) => {
  const ms = msOf(value, schemas.anyTimeSchema)
  if (ms !== null && Number.isFinite(ms)) return ms
  throw fieldError(path, `milliseconds, or a duration such as "10m"; this is ${valueInWords(value)}.`)
})

export const anomaly: Check<'off' | { factor: number; forMs: number }> = checkOf(
  schemas.anomalySchema,
  (value, path) => {
    if (value === 'off') return value
    if (typeof value !== 'object' || value === null)
      throw fieldError(path, `"off", or factor and forMs; this is ${valueInWords(value)}.`)
    const both = wholeAt(value, path, { factor: finite, forMs })
    const refusal = refusalOf({ anomaly: both })
    if (refusal) throw fieldError(path, refusal.message.split('\n')[0] ?? 'it cannot work.')
    return both
  },
)

export const idleTime: Check<Duration> = checkOf(schemas.idleTimeSchema, (value, path) => {
  const after = duration(value, path)
  if (refusalOf({ reclaimIdle: { after } })) throw fieldError(path, `from 1h to 31d; this is ${valueInWords(after)}.`)
  return after
})

const idlenessFields = { after: idleTime, keep: amount, when: oneOf<'needed' | 'always'>(['needed', 'always']) }

export const idleness: Check<{ after: Duration; keep?: string; when?: 'needed' | 'always' }> = checkOf(
  schemaOf(idlenessFields, { required: ['after'] }),
  (value, path) => {
    const { after, ...rest } = objectAt(value, path, idlenessFields)
    if (after === undefined) throw fieldError(path, 'after is missing: how long nothing uses it, such as "7d".')
    return { after, ...rest }
  },
)

/** An amount, or no limit for new providers. */
export const firstDay: Check<string> = checkOf(schemas.firstDaySchema, (value, path) => {
  if (value === 'off') return value
  if (typeof value !== 'string' || !/^\d/.test(value))
    throw fieldError(path, `an amount in OG, or "off"; this is ${valueInWords(value)}.`)
  return moreThanNothing(value, path)
})

const runwayFields = { trigger: duration, target: duration }

export const runway: Check<{ trigger: Duration; target: Duration }> = checkOf(
  schemaOf(runwayFields, { required: ['trigger', 'target'] }),
  (value, path) => {
    const both = wholeAt(value, path, runwayFields)
    if (!refusalOf({ runway: both })) return both
    throw fieldError(`${path}.target`, `${both.target} lies below the trigger of ${both.trigger}.`)
  },
)

/**
 * The error with which auto-funding refuses a config; null where it accepts it.
 *
 * @param minimum what providers want to see locked, in wei; nothing while no deployment is known
 */
export function refusalOf(config: AutoFundingConfig, minimum = 0n): InvalidInputError | null {
  try {
    toPolicy(config, minimum)
    return null
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    throw error
  }
}

export const address: Check<string> = checkOf(schemas.addressSchema, (value, path) => {
  try {
    if (typeof value === 'string' && /^0x/i.test(value) && BigInt(value) > 0n) return getAddress(value)
  } catch {
    // Refused below.
  }
  throw fieldError(path, `an address; this is ${valueInWords(value)}. In mixed case the checksum must hold.`)
})
