/** After so many full requests that a node took, it is tried with twice as much. */
const GROWS_AFTER = 100

/** How much a node takes in one request: it is found out by its refusals, and remembered. */
export type RequestSize = {
  limit(): number
  /** A request of this size was refused as too large. */
  refused(size: number): void
  taken(size: number): void
}

export function createRequestSize(most: number): RequestSize {
  let limit = most
  let taken = 0
  return {
    limit: () => limit,
    refused(size) {
      limit = Math.max(1, Math.min(limit, Math.floor(size / 2)))
      taken = 0
    },
    taken(size) {
      if (size < limit / 2) return
      taken += 1
      if (taken < GROWS_AFTER || limit >= most) return
      taken = 0
      limit = Math.min(most, 2 * limit)
    },
  }
}
