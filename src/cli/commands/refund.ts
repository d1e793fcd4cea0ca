import { defineCommand } from 'citty'
import { sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { amountOf } from '../arguments/values.ts'
import { staysInWords } from '../screen/stays.ts'
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
