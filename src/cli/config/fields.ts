import { getAddress } from 'ethers'
import { InvalidInputError, ogToWei, type Budget, type Duration } from '../../index.ts'
import { nearestName } from '../arguments/nearest-name.ts'
import { UsageError } from '../arguments/usage-error.ts'

/** Checks what stands in a field, and says so under the field's name when it cannot be. */
export type Check<T> = (value: unknown, path: string) => T

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const
/** Budgets look back no further. */
const LONGEST_WINDOW = 31 * SECONDS.d
/** What a timer can wait for. */
const LONGEST_MS = 2 ** 31 - 1
const LARGEST_MULTIPLIER = 1_000_000

export function wrong(path: string, sentence: string): UsageError {
  return new UsageError(path === '' ? sentence : `${path}: ${sentence}`)
}

export const amount: Check<string> = (value, path) => {
  if (typeof value !== 'string') throw wrong(path, `an amount is a string in OG such as "1.5"; this is ${kind(value)}.`)
  try {
    ogToWei(value)
    return value
  } catch (error) {
    const problem = error instanceof InvalidInputError ? error.facts['problem'] : undefined
    throw wrong(path, `${JSON.stringify(value)} is no amount in OG: ${problem ?? 'it cannot be read'}.`)
  }
}

export const moreThanNothing: Check<string> = (value, path) => {
  const og = amount(value, path)
  if (ogToWei(og) > 0n) return og
  throw wrong(path, 'it is more than nothing.')
}

export const multiplier: Check<number> = (value, path) => {
  if (typeof value === 'number' && value > 0 && value <= LARGEST_MULTIPLIER) return value
  throw wrong(path, `a number above 0, at most ${LARGEST_MULTIPLIER}; this is ${shown(value)}.`)
}

/** A number is a multiple of the minimum, a string an amount. */
export const target: Check<number | string> = (value, path) =>
  typeof value === 'string' ? moreThanNothing(value, path) : multiplier(value, path)

export const milliseconds =
  (least: number): Check<number> =>
  (value, path) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= LONGEST_MS) return value
    throw wrong(path, `whole milliseconds from ${least} up; this is ${shown(value)}.`)
  }

export const yesOrNo: Check<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value
  throw wrong(path, `true or false; this is ${shown(value)}.`)
}

/** What can only be switched off. */
export const never: Check<false> = (value, path) => {
  if (value === false) return false
  throw wrong(path, `false, or left out; this is ${shown(value)}.`)
}

export const finite: Check<number> = (value, path) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw wrong(path, `a number; this is ${shown(value)}.`)
}

export const duration: Check<Duration> = (value, path) => {
  if (typeof value === 'string' && secondsOf(value) > 0) return value as Duration
  throw wrong(path, `a number and s, m, h or d, such as "6h"; this is ${shown(value)}.`)
}

/** A duration in seconds; 0 where it is none. */
export function secondsOf(text: string): number {
  const [, digits, unit] = /^(\d{1,15}(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  return digits === undefined ? 0 : Number(digits) * SECONDS[unit as keyof typeof SECONDS]
}

export const budget: Check<Budget> = (value, path) => {
  const { amount: most, per } = wholeAt(value, path, { amount: moreThanNothing, per: duration })
  if (secondsOf(per) > LONGEST_WINDOW) throw wrong(`${path}.per`, 'a budget looks back at most 31 days.')
  return { amount: most, per }
}

export const runway: Check<{ trigger: Duration; target: Duration }> = (value, path) => {
  const both = wholeAt(value, path, { trigger: duration, target: duration })
  if (secondsOf(both.target) >= secondsOf(both.trigger)) return both
  throw wrong(`${path}.target`, `${both.target} lies below the trigger of ${both.trigger}.`)
}

export const address: Check<string> = (value, path) => {
  try {
    if (typeof value === 'string' && /^0x/i.test(value) && BigInt(value) > 0n) return getAddress(value)
  } catch {
    // told below
  }
  throw wrong(path, `an address; this is ${shown(value)}. In mixed case the checksum must hold.`)
}

export const oneOf =
  <Choice extends string>(choices: readonly Choice[]): Check<Choice> =>
  (value, path) => {
    const found = choices.find((choice) => choice === value)
    if (found !== undefined) return found
    throw wrong(path, `one of ${choices.join(', ')}; this is ${shown(value)}.`)
  }

type Fields = Readonly<Record<string, Check<unknown>>>
type Read<Known extends Fields> = { [Name in keyof Known]?: ReturnType<Known[Name]> }

/** An object of which every field is known and right. */
export function objectAt<Known extends Fields>(value: unknown, path: string, known: Known): Read<Known> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(path, `an object; this is ${kind(value)}.`)
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
    const here = path === '' ? name : `${path}.${name}`
    const check = Object.hasOwn(known, name) ? known[name] : undefined
    if (check) return [name, check(inner, here)]
    throw wrong(here, `there is no such field; the nearest is ${nearestName(name, Object.keys(known))}.`)
  })
  return Object.fromEntries(entries) as Read<Known>
}

/** The same with every field there. */
export function wholeAt<Known extends Fields>(value: unknown, path: string, known: Known): Required<Read<Known>> {
  const read = objectAt(value, path, known)
  const missing = Object.keys(known).find((name) => !Object.hasOwn(read, name))
  if (missing === undefined) return read as Required<Read<Known>>
  throw wrong(path === '' ? missing : `${path}.${missing}`, 'it is missing.')
}

export function kind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const shown = (value: unknown): string =>
  typeof value === 'object' ? kind(value) : (JSON.stringify(value)?.slice(0, 60) ?? 'nothing')
