/** What a caller waits for; null where there is nothing to wait for: a fleet's readings wait for nothing most of the time. */
export type Pending = Promise<void> | null

/** Waits for all of them; null where each is null. */
export function allOf(parts: readonly Pending[]): Pending {
  const waiting = parts.filter((part) => part !== null)
  if (waiting.length === 0) return null
  return Promise.all(waiting).then(() => undefined)
}
