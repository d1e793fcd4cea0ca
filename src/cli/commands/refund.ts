import { defineCommand } from 'citty'
import { amountArgument, sendingOptions } from '../options.ts'
import { sendAndTell } from '../sending.ts'
import { amountOf } from '../values.ts'

export const command = defineCommand({
  args: { amount: amountArgument, ...sendingOptions },
  async run({ args }) {
    const amount = amountOf(args.amount)
    await sendAndTell(args, {
      command: 'refund',
      words: () => ({ do: 'withdraw', amount: `${amount} OG`, from: 'the ledger', to: 'the wallet' }),
      send: ({ ledger }) => ledger.refund(amount),
    })
  },
})
