import type { Patch, State } from './protocol.ts'

/** Applies the patch of an entry to a state. Both stay as they are; unchanged parts are shared. */
export function applyPatch(state: State, patch: Patch<State>): State {
  return applyTo(state, patch) as State
}

/** The same for a part of a state; a missing part becomes the patch. */
export function patchedPart(part: unknown, patch: unknown): unknown {
  return applyTo(part, patch)
}

/** The patch that leads from one value to another; undefined where they are equal. */
export function patchOf<T>(before: T, after: T): Patch<T> | undefined {
  return differenceOf(before, after) as Patch<T> | undefined
}

function applyTo(value: unknown, patch: unknown, path = ''): unknown {
  if (!isRecord(value) || !isRecord(patch)) return patch
  const result = { ...value }
  for (const [key, change] of Object.entries(patch)) {
    if (change === undefined || key === '__proto__') continue
    if (change === null && path === '/transactions') delete result[key]
    // Only an own key is merged: an object also inherits keys.
    else result[key] = Object.hasOwn(value, key) ? applyTo(value[key], change, `${path}/${key}`) : change
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
