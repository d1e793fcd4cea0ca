import type { ElsewhereState, State } from '../../protocol.ts'
import { inOg, type Wei } from '../format/amounts.ts'
import { duration } from '../format/durations.ts'
import type { Tone } from '../format/tones.ts'

/** What lies in other versions of the services, and its sum. Recordings of older versions have no such list. */
export function elsewhereIn({ elsewhere }: { elsewhere?: State['elsewhere'] | null }): {
  accounts: readonly ElsewhereState[]
  balance: Wei
} {
  const accounts = elsewhere ?? []
  return { accounts, balance: `${accounts.reduce((sum, { balance }) => sum + BigInt(balance), 0n)}` }
}

/**
 * What is to become of the money in another version of a service.
 *
 * @param now block time in seconds
 */
export function refundWords(
  { claimable, pendingRefund, refunds }: Pick<ElsewhereState, 'claimable' | 'pendingRefund' | 'refunds'>,
  now: number,
): { text: string; tone: Tone } {
  if (BigInt(claimable) > 0n) return { text: `${inOg(claimable)} OG can be claimed`, tone: 'good' }
  if (BigInt(pendingRefund) === 0n) return { text: 'not asked back', tone: 'low' }
  const next = Math.min(...refunds.map(({ unlocksAt }) => unlocksAt))
  const left = Number.isFinite(next) && next > now ? `, ≈ ${duration(next - now)} left` : ''
  return { text: `${inOg(pendingRefund)} OG asked back${left}`, tone: 'refund' }
}
