import type { Logger } from '../base/logger.ts'
import type { TransactionPort } from '../chain/port.ts'
import { readNonces, type OwnNonces } from './nonce-reading.policy.ts'
import { isGapProven } from './resubmission.policy.ts'

export type GapWatchOptions = {
  port: Pick<TransactionPort, 'transactionCount' | 'pooledNonces'>
  ownNonces: () => OwnNonces
  onGap: (nonce: number) => void
  onUnknown: (nonces: readonly number[]) => void
  logger: Logger
}

/** Watches the nonces below open transactions: a free one keeps them from being mined until it is filled. */
export type GapWatch = {
  /** @param facts the nonce count and the number of the latest block; null where the node did not answer */
  look(facts: { spent: number; head: number | null }): Promise<void>
}

export function createGapWatch({ port, ownNonces, onGap, onUnknown, logger }: GapWatchOptions): GapWatch {
  let gap: { nonce: number; since: number } | null = null

  return {
    async look({ spent, head }) {
      if (head === null) return
      const [pending, pooled] = await Promise.all([port.transactionCount('pending'), port.pooledNonces()])
      const reading = readNonces({ latest: spent, pending, pooled }, ownNonces())
      const [nonce] = reading.gap
      if (reading.unknown.length > 0) onUnknown(reading.unknown)
      if (nonce === undefined || reading.unknown.length > 0) {
        gap = null
      } else if (gap?.nonce !== nonce) {
        gap = { nonce, since: head }
        logger.warn({ nonce }, 'a transaction waits for a lower nonce that no transaction has')
      } else if (isGapProven({ since: gap.since, head })) {
        gap = null
        onGap(nonce)
      }
    },
  }
}
