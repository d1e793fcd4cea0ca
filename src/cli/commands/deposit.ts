import { defineCommand } from 'citty'
import { ogToWei } from '../../index.ts'
import { amountArgument, sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { amountOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: { amount: amountArgument, ...sendingOptions },
  async run({ args }) {
    const amount = amountOf(args.amount)
    await sendAndReport(args, {
      wish: { operation: 'deposit', params: { amount } },
      words: () => ({ do: 'deposit', amount: `${amount} OG`, from: 'the wallet', to: 'its ledger' }),
      pays: { operation: 'depositFund', amount: ogToWei(amount) },
    })
  },
})
