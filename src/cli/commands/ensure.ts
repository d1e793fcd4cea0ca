import { defineCommand } from 'citty'
import { addressOf } from '../session/connection.ts'
import { forceOption, providerArgument, sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { serviceOption, serviceTypeOf } from '../session/services.ts'
import { amountOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: {
    provider: providerArgument,
    amount: {
      type: 'positional',
      required: false,
      description: 'in OG, in decimal: 1.5; else what auto-funding keeps available there',
    },
    service: serviceOption,
    ...forceOption,
    ...sendingOptions,
  },
  async run({ args }) {
    const provider = addressOf(args.provider, 'PROVIDER')
    const amount = args.amount === undefined ? undefined : amountOf(args.amount)
    const service = serviceTypeOf(args.service)
    await sendAndReport(args, {
      wish: { operation: 'ensure', params: { provider, service, amount, force: args.force === true } },
      words: () => ({
        do: 'transfer what is missing, if anything is',
        amount:
          amount === undefined
            ? 'what makes available what auto-funding keeps there, with the unsettled fee that the provider names now'
            : `what makes ${amount} OG available`,
        from: 'the ledger',
        to: `the ${service} sub-account with ${provider}, which may charge it`,
      }),
    })
  },
})
