import type { PendingRefund, Position } from '../../index.ts'
import { IN_OG } from './overview.ts'
import { table, type Column } from './table.ts'
import { lineWidth, paint } from './terminal.ts'
import { aligned, durationInWords, moment, og, short } from './words.ts'

/** A table of all pending refunds; the one that unlocks next comes first. Times are block times. */
export function refundLines(refunds: readonly PendingRefund[], { block }: Position): string[] {
  if (refunds.length === 0) return ['No refund is pending.']
  const drained = refunds.some((refund) => refund.drained > 0n)
  return [...table(columnsAt(block.timestamp, drained), refunds, lineWidth()), '', IN_OG]
}

/** What providers charged of pending refunds since this process started, in red; empty where they charged nothing. */
export function drainLines(refunds: readonly PendingRefund[]): string[] {
  const drained = refunds.filter((refund) => refund.drained > 0n)
  const words = drained.map(
    (refund) => `${short(refund.provider)} charged ${og(refund.drained)} of its pending refund.`,
  )
  return words.length === 0 ? [] : ['', ...words.map((line) => paint('red', line))]
}

/** A refund as a line of JSON. */
export const refundRecord = (refund: PendingRefund): object => ({ type: 'refund', ...refund })

function columnsAt(now: number, drained: boolean): Column<PendingRefund>[] {
  return [
    { title: 'provider', cell: ({ provider }) => short(provider) },
    { title: 'service', cell: ({ serviceType }) => serviceType },
    { title: 'refund', right: true, cell: ({ amount }) => aligned(amount) },
    ...(drained ? [drainedColumn] : []),
    { title: 'asked for', yields: 2, cell: ({ requestedAt }) => moment(requestedAt) },
    { title: 'can be claimed', yields: 1, cell: (refund) => unlockInWords(refund, now) },
  ]
}

/** What the provider charged of the refund since this process started. */
const drainedColumn: Column<PendingRefund> = {
  title: 'drained',
  right: true,
  cell: ({ drained }) => (drained === 0n ? '-' : paint('red', aligned(drained))),
}

function unlockInWords({ amount, claimable, unlocksAt }: PendingRefund, now: number): string {
  if (amount === 0n) return 'nothing is left: the provider was paid from it'
  if (claimable) return paint('green', 'now')
  return `in ${durationInWords(unlocksAt - now)}, ${moment(unlocksAt)}`
}
