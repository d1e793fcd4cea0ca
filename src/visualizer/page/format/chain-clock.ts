/** Turns block time, in seconds, into this machine's time, in milliseconds since 1970. */
export type ChainClock = (seconds: number) => number

/** Clocks that are nearer to each other than this count as the same: a block is read some seconds after its timestamp. */
const NEAR_MS = 90_000

/** For a chain whose clock is that of this machine. */
export const sameClock: ChainClock = (seconds) => seconds * 1_000

/** Milliseconds by which the chain's clock is ahead of this machine's; 0 where both are the same. */
export function chainAhead(block: { timestamp: number } | null, readAt: number | null): number {
  const ahead = block === null || readAt === null ? 0 : block.timestamp * 1_000 - readAt
  return Math.abs(ahead) < NEAR_MS ? 0 : ahead
}

/** The page shows one clock, that of this machine: the times of a chain with another clock are moved to it. */
export const chainClockOf =
  (ahead: number): ChainClock =>
  (seconds) =>
    seconds * 1_000 - ahead
