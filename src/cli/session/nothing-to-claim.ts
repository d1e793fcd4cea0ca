import type { Broker } from '../../index.ts'
import { moment, og } from '../screen/words.ts'

/** What is still locked, and until when the next of it: why a claim, or asking money back, had nothing to send. */
export async function nothingToClaim(
  broker: Broker,
  { provider }: { provider: string | undefined },
): Promise<{ words: string; record: object }> {
  const refunds = broker.ledger
    .refundsAt(await broker.position())
    .filter((one) => !one.claimable && (provider === undefined || one.provider === provider))
  const locked = refunds.reduce((sum, { amount }) => sum + amount, 0n)
  const unlocksAt = refunds.length === 0 ? null : Math.min(...refunds.map((one) => one.unlocksAt))
  const words =
    unlocksAt === null
      ? 'No refund is pending.'
      : `${og(locked)} are locked, and the next of it can be claimed from ${moment(unlocksAt)}.`
  return { words: `Nothing had to be sent. ${words}`, record: { locked, unlocksAt } }
}
