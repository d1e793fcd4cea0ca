import { defineCommand } from 'citty'
import { addressOf } from '../session/connection.ts'
import { interrupted } from '../session/interrupt.ts'
import { amountArgument, providerArgument, sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'
import { managerOf, serviceOption, serviceTypeOf } from '../session/services.ts'
import { amountOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: { provider: providerArgument, amount: amountArgument, service: serviceOption, ...sendingOptions },
  async run({ args }) {
    const provider = addressOf(args.provider, 'PROVIDER')
    const amount = amountOf(args.amount)
    const service = serviceTypeOf(args.service)
    await sendAndReport(args, {
      command: 'ensure',
      words: () => ({
        do: 'transfer what is missing, if anything is',
        amount: `what makes ${amount} OG available`,
        from: 'the ledger',
        to: `the ${service} sub-account with ${provider}, which may charge it`,
      }),
      send: (broker) => managerOf(broker, service).ensureFunded(provider, amount, { signal: interrupted }),
    })
  },
})
