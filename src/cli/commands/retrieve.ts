import { defineCommand } from 'citty'
import { addressOf } from '../session/connection.ts'
import { sendingOptions, serviceArgument } from '../arguments/options.ts'
import { nothingToClaim } from '../session/nothing-to-claim.ts'
import { sendAndReport } from '../session/sending.ts'
import { serviceToLeave } from '../session/services.ts'
import { UsageError } from '../arguments/usage-error.ts'

export const command = defineCommand({
  args: {
    service: serviceArgument,
    provider: { type: 'string', valueHint: 'address', description: 'from this provider alone' },
    force: {
      type: 'boolean',
      description: 'with --provider: also where a refund can be claimed; that locks the free balance again',
    },
    ...sendingOptions,
  },
  async run({ args: { service, provider: address, force = false, ...args } }) {
    if (force && address === undefined) throw new UsageError('--force goes with --provider.')
    const provider = address === undefined ? undefined : addressOf(address, '--provider')
    return sendAndReport(args, {
      nothing: (broker) => nothingToClaim(broker, { provider }),
      wish: { operation: 'retrieve', params: { service, provider, force } },
      words: (broker) => ({
        do: 'claim unlocked refunds, and ask everything else back: providers stop serving without it (claim locks nothing)',
        from: provider
          ? `the ${serviceToLeave(broker, service)} sub-account with ${provider}`
          : `all ${serviceToLeave(broker, service)} sub-accounts`,
        to: 'the ledger; what is asked back now is locked first, and can be claimed after the lock',
      }),
    })
  },
})
