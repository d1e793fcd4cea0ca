import type { Block, SubAccountPosition } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { WouldLockError } from '../base/sending-errors.ts'
import { isoTime } from './refund-rules.ts'

export type LockFacts = {
  block: Block
  /** How long the contract locks a refund, in seconds. */
  lockTime: number
  /** Auto-funding is on for the sub-account. */
  isKept: boolean
}

/**
 * Locking free money is the purpose of a retrieve. It surprises the caller where auto-funding has put that money there, and
 * where refunds can be claimed: that needs no lock.
 *
 * @throws WouldLockError
 */
export function checkLock(account: SubAccountPosition, { block, lockTime, isKept }: LockFacts): void {
  const { provider, serviceType, available, claimable } = account
  if (available === 0n || (!isKept && claimable === 0n)) return
  throw new WouldLockError('Retrieving would lock what is free there, and the provider would stop serving.', {
    provider,
    serviceType,
    'would be locked': `${weiToOg(available)} OG`,
    until: `${isoTime(block.timestamp + lockTime)}, if sent now`,
    'auto-funding': isKept ? 'on' : undefined,
    claimable: claimable > 0n ? `${weiToOg(claimable)} OG` : undefined,
    do: [
      ...(claimable > 0n ? ['claimRefunds brings home what is unlocked and leaves the rest free'] : []),
      ...(isKept ? ['stopAutoFunding first'] : []),
      'pass { force: true } to ask everything back all the same',
    ].join('; '),
  })
}
