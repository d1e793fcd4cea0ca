import { defineCommand } from 'citty'
import { ogToWei } from '../../index.ts'
import { addressOf } from '../session/connection.ts'
import { amountArgument, forceOption, providerArgument, sendingOptions, serviceArgument } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { serviceOn } from '../session/services.ts'
import { amountOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: {
    provider: providerArgument,
    service: serviceArgument,
    amount: amountArgument,
    ...forceOption,
    ...sendingOptions,
  },
  async run({ args }) {
    const provider = addressOf(args.provider, 'PROVIDER')
    const amount = amountOf(args.amount)
    await sendAndReport(args, {
      wish: { operation: 'transfer', params: { provider, service: args.service, amount, force: args.force === true } },
      words: (broker) => ({
        do: 'transfer',
        amount: `${amount} OG`,
        from: 'the ledger',
        to: `the ${serviceOn(broker, args.service)} sub-account with ${provider}, which may charge it`,
      }),
      pays: { operation: 'transferFund', amount: ogToWei(amount), to: provider },
    })
  },
})
