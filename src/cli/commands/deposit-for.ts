import { defineCommand } from 'citty'
import { ogToWei } from '../../index.ts'
import { addressOf } from '../session/connection.ts'
import { amountArgument, sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { amountOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: {
    address: {
      type: 'positional',
      required: true,
      description: 'the owner of that ledger; the money belongs to it from then on',
    },
    amount: amountArgument,
    ...sendingOptions,
  },
  async run({ args }) {
    const recipient = addressOf(args.address, 'ADDRESS')
    const amount = amountOf(args.amount)
    await sendAndReport(args, {
      wish: { operation: 'deposit-for', params: { recipient, amount } },
      words: () => ({
        do: 'deposit into the ledger of another wallet',
        amount: `${amount} OG`,
        from: 'the wallet',
        to: `the ledger of ${recipient}, to which it belongs from then on`,
      }),
      pays: { operation: 'depositFundFor', amount: ogToWei(amount), to: recipient },
    })
  },
})
