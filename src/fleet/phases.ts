/** So many wallets are read in one request, where the node takes it. */
const TOGETHER = 100
/** Two groups are read at least so far apart. */
const LEAST_GAP_MS = 200

/**
 * When in its interval a wallet is read: wallets are read in groups of a hundred, and the groups are spread over the interval, so that
 * the process has the same to do all the time.
 *
 * @param at the wallet's place among the `count` wallets of the fleet
 * @returns milliseconds into the interval
 */
export function phaseOf(at: number, { count, intervalMs }: { count: number; intervalMs: number }): number {
  const groups = Math.max(1, Math.min(Math.ceil(count / TOGETHER), Math.floor(intervalMs / LEAST_GAP_MS)))
  return Math.floor(((at % groups) * intervalMs) / groups)
}
