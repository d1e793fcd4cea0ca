import { defineCommand } from 'citty'
import { addressOf } from '../session/connection.ts'
import { amountArgument, sendingOptions } from '../arguments/options.ts'
import { sendAndTell } from '../session/sending.ts'
import { amountOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: {
    address: {
      type: 'positional',
      required: true,
      description: 'whose ledger it is; the money is theirs from then on',
    },
    amount: amountArgument,
    ...sendingOptions,
  },
  async run({ args }) {
    const recipient = addressOf(args.address, 'ADDRESS')
    const amount = amountOf(args.amount)
    await sendAndTell(args, {
      command: 'deposit-for',
      words: () => ({
        do: 'give to another ledger',
        amount: `${amount} OG`,
        from: 'the wallet',
        to: `the ledger of ${recipient}, who owns it from then on`,
      }),
      send: ({ ledger }) => ledger.depositFundFor(recipient, amount),
    })
  },
})
