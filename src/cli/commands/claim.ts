import { defineCommand } from 'citty'
import type { ClaimReceipt } from '../../index.ts'
import { addressOf } from '../session/connection.ts'
import { sendingOptions } from '../arguments/options.ts'
import { nothingToClaim } from '../session/nothing-to-claim.ts'
import { sendAndReport } from '../session/sending.ts'
import { serviceToLeave } from '../session/services.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { og } from '../screen/words.ts'

export const command = defineCommand({
  args: {
    provider: { type: 'string', valueHint: 'address', description: 'from this provider alone' },
    service: {
      type: 'string',
      valueHint: 'type',
      description: 'with --provider: inference or fine-tuning (inference)',
    },
    ...sendingOptions,
  },
  async run({ args: { service, provider: address, ...args } }) {
    if (service !== undefined && address === undefined) throw new UsageError('--service goes with --provider.')
    const provider = address === undefined ? undefined : addressOf(address, '--provider')
    const name = service ?? 'inference'
    return sendAndReport(args, {
      nothing: (broker) => nothingToClaim(broker, { provider }),
      wish: { operation: 'claim', params: { service: name, provider } },
      words: (broker) => ({
        do: 'claim the refunds whose lock is over; the free balance stays with the provider, but for the seconds between two transactions',
        from: provider ? `the ${serviceToLeave(broker, name)} sub-account with ${provider}` : 'every sub-account',
        to: 'the ledger',
      }),
      // Ctrl-C takes effect only after the put-back: before it the provider has nothing to charge.
      done: claimInWords,
      endsItself: true,
    })
  },
})

function claimInWords({ claimed, putBack }: ClaimReceipt): string {
  const back = putBack > 0n ? `; ${og(putBack)} of free balance are back with the provider` : ''
  return `${og(claimed)} are back in the ledger${back}.`
}
