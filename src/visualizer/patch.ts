import type { Patch, State } from './protocol.ts'

/** The state with what an entry changes. Neither is touched; what did not change is shared. */
export function merged(state: State, patch: Patch<State>): State {
  return mergedAny(state, patch) as State
}

/** The same for a part of it; what was not there becomes what the patch says. */
export function mergedPart(part: unknown, patch: unknown): unknown {
  return mergedAny(part, patch)
}

/** What leads from one value to another by `merged`; undefined where they are the same. */
export function patchOf<T>(before: T, after: T): Patch<T> | undefined {
  return differenceOf(before, after) as Patch<T> | undefined
}

function mergedAny(value: unknown, patch: unknown, path = ''): unknown {
  if (!isRecord(value) || !isRecord(patch)) return patch
  const result = { ...value }
  for (const [key, change] of Object.entries(patch)) {
    if (change === undefined || key === '__proto__') continue
    if (change === null && path === '/transactions') delete result[key]
    // A key that is new has nothing to be merged with, whatever an object inherits.
    else result[key] = Object.hasOwn(value, key) ? mergedAny(value[key], change, `${path}/${key}`) : change
  }
  return result
}

function differenceOf(before: unknown, after: unknown): unknown {
  if (before === after) return undefined
  if (!isRecord(before) || !isRecord(after)) {
    const same = JSON.stringify(before) === JSON.stringify(after)
    return same ? undefined : after
  }
  const changes: Record<string, unknown> = {}
  for (const key of Object.keys(after)) {
    const change = Object.hasOwn(before, key) ? differenceOf(before[key], after[key]) : after[key]
    if (change !== undefined) changes[key] = change
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) changes[key] = null
  return Object.keys(changes).length === 0 ? undefined : changes
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
