import { defineCommand } from 'citty'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions, serviceArgument } from '../arguments/options.ts'
import { readingSession } from '../session/session.ts'
import { table } from '../screen/table.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'
import { aligned } from '../screen/words.ts'

export const command = defineCommand({
  args: { service: serviceArgument, ...readingOptions },
  async run({ args }) {
    await using session = await readingSession(args, { signal: interrupted })
    const balances = await session.broker.ledger.getProvidersWithBalance(args.service)
    if (wantsJson(args)) for (const one of balances) printJson({ type: 'provider', service: args.service, ...one })
    else if (balances.length === 0) print('No provider of this service holds money of the wallet.')
    else
      print(
        table(
          [
            { title: 'provider', cell: ({ provider }) => provider },
            { title: 'balance OG', right: true, cell: ({ balance }) => aligned(balance) },
            { title: 'pending refund OG', right: true, cell: ({ pendingRefund }) => aligned(pendingRefund) },
            { title: 'available OG', right: true, cell: ({ available }) => aligned(available) },
          ],
          balances,
        ).join('\n'),
      )
  },
})
