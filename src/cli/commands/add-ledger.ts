import { defineCommand } from 'citty'
import { amountArgument, sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { amountOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: {
    amount: amountArgument,
    info: { type: 'string', description: 'kept with the ledger on the chain, where it is public' },
    ...sendingOptions,
  },
  async run({ args }) {
    const amount = amountOf(args.amount)
    await sendAndReport(args, {
      wish: { operation: 'add-ledger', params: { amount, info: args.info } },
      words: () => ({ do: 'open a ledger', amount: `${amount} OG`, from: 'the wallet', to: 'its new ledger' }),
    })
  },
})
