/** Describes a refused value of any type for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (isPromise(value)) return 'a promise'
  const keys = Object.keys(value)
  return keys.length === 0 ? 'an object without keys' : `an object with ${keys.slice(0, KEYS).join(', ')}${more(keys)}`
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

const KEYS = 5

const more = (keys: readonly string[]): string => (keys.length > KEYS ? ` and ${keys.length - KEYS} more` : '')
