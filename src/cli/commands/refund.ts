import { defineCommand } from 'citty'
import type { Position } from '../../index.ts'
import { sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { amountOf } from '../arguments/values.ts'
import { og } from '../screen/words.ts'

export const command = defineCommand({
  args: {
    amount: { type: 'positional', required: true, description: 'in OG, in decimal: 1.5; or all' },
    ...sendingOptions,
  },
  async run({ args }) {
    const amount = args.amount === 'all' ? 'all' : amountOf(args.amount)
    await sendAndReport(args, {
      wish: { operation: 'refund', params: { amount } },
      words: async (broker) => {
        const position = await broker.position()
        const available = og(position.ledger?.available ?? 0n)
        return {
          do: 'withdraw',
          amount: amount === 'all' ? `${available}: everything that is available` : `${amount} OG`,
          from: 'the ledger',
          to: 'the wallet',
          ...staysInWords(position),
        }
      },
    })
  },
})

/** Says what stays: the money in sub-accounts, and how it comes home. */
function staysInWords({ ledger, subAccounts }: Position): Record<string, string> {
  if (!ledger || ledger.locked === 0n) return {}
  const holding = subAccounts.filter(({ balance }) => balance > 0n)
  const where = holding.length === 1 ? '1 sub-account' : `${holding.length} sub-accounts`
  const isAskedBack = holding.every(({ balance, pendingRefund }) => balance === pendingRefund)
  const way = isAskedBack ? 'it is asked back, and claim brings it home after the lock' : 'retrieve asks it back'
  return { stays: `${og(ledger.locked)} in ${where}: ${way}` }
}
