import type { TransactionPort } from '../chain/port.ts'
import { readNonces, type OwnNonces } from './nonce-reading.policy.ts'

/** In a pool that lost a transaction it is missing in this many readings in a row. */
const READINGS_UNTIL_GONE = 3

/** Nonces in the node's pool that the journal does not know: until the chain shows their outcome nothing is paid. */
export type UnknownPending = {
  nonces(): readonly number[]
  report(nonces: readonly number[]): void
  /** Looks at the pool for the first time: an earlier process may have left what the journal does not know. */
  look(): Promise<void>
  /** Looks again for a position at this block: a plan from it must show what became of them. */
  check(blockNumber: number): Promise<void>
}

export function createUnknownPending(
  port: Pick<TransactionPort, 'transactionCount' | 'pooledNonces'>,
  ownNonces: () => OwnNonces,
): UnknownPending {
  let nonces: readonly number[] = []
  let missing = 0

  return {
    nonces: () => nonces,
    report(found) {
      nonces = found
      missing = 0
    },
    async look() {
      const [latest, pending] = await Promise.all([port.transactionCount('latest'), port.transactionCount('pending')])
      const { unknown } = readNonces({ latest, pending }, ownNonces())
      if (unknown.length > 0) nonces = unknown
    },
    async check(blockNumber) {
      if (nonces.length === 0) return
      const [spent, pending, pooled] = await Promise.all([
        port.transactionCount(blockNumber),
        port.transactionCount('pending'),
        port.pooledNonces(),
      ])
      // The position shows their outcome once its own block counts them as spent.
      const open = nonces.filter((nonce) => nonce >= spent)
      const { unknown } = readNonces({ latest: spent, pending, pooled }, ownNonces())
      if (unknown.length > 0) {
        nonces = unknown
        missing = 0
      } else if (open.length === 0 || (missing += 1) >= READINGS_UNTIL_GONE) {
        nonces = []
      }
    },
  }
}
