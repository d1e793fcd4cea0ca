import type { Position } from '../../index.ts'
import { table } from './table.ts'
import { lineWidth, paint } from './terminal.ts'
import { aligned, short } from './words.ts'

/** Sub-accounts in versions of the services that the network does not name; no line where there is none. */
export function elsewhereLines({ elsewhere = [] }: Position): string[] {
  if (elsewhere.length === 0) return []
  return [
    paint('yellow', 'Money in other versions of the services:'),
    ...table(
      [
        { title: 'provider', cell: ({ provider }) => short(provider) },
        { title: 'version', cell: ({ service }) => service },
        { title: 'balance', right: true, yields: 1, cell: ({ balance }) => aligned(balance) },
        { title: 'pending', right: true, yields: 1, cell: ({ pendingRefund }) => aligned(pendingRefund) },
        { title: 'claimable', right: true, cell: ({ claimable }) => aligned(claimable) },
      ],
      elsewhere,
      lineWidth(),
    ),
  ]
}
