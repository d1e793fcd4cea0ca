import { defineCommand } from 'citty'
import type { AutoFundingConfig, Broker } from '../../index.ts'
import { autoFundingLines } from '../auto-funding-lines.ts'
import { addressOf } from '../connection.ts'
import { interrupted } from '../interrupt.ts'
import { landed } from '../landing.ts'
import { sendingOptions } from '../options.ts'
import { walletLines } from '../overview.ts'
import { ask, mayProceed } from '../questions.ts'
import { see } from '../seen.ts'
import { managerOf, serviceOption, serviceTypeOf } from '../services.ts'
import { sendingSession } from '../session.ts'
import { show } from '../show.ts'
import { list } from '../table.ts'
import { note, wantsJson } from '../terminal.ts'
import { amountOf, numberOf } from '../values.ts'
import { og } from '../words.ts'

export const command = defineCommand({
  args: {
    provider: { type: 'positional', required: true, description: 'addresses of the providers to keep funded' },
    service: serviceOption,
    'interval-ms': { type: 'string', valueHint: 'ms', description: 'how often the position is read (30000)' },
    'buffer-multiplier': { type: 'string', valueHint: 'number', description: 'how many times the minimum (2)' },
    'min-locked-balance': { type: 'string', valueHint: 'OG', description: "the minimum, else the network's" },
    ...sendingOptions,
  },
  async run({ args }) {
    const providers = [...new Set(args._.map((one) => addressOf(one, 'PROVIDER')))]
    const service = serviceTypeOf(args.service)
    const config = configOf(args)
    mayProceed(args)
    await using session = await sendingSession(args)
    const { broker, place } = session
    note(list(words(broker, config, { providers, service, place })).join('\n'))
    if (args.yes !== true) await ask('Shall this be done, until Ctrl-C?')
    const manager = managerOf(broker, service)
    for (const provider of providers) {
      // Shown from the start, whether it exists or not.
      broker.subAccount(provider, service)
      manager.startAutoFunding(provider, config)
    }
    await show(broker, {
      json: wantsJson(args),
      signal: interrupted,
      see: (position, plan) => see(broker, position, plan.decisions),
      lines: (seen) => [...walletLines(seen, place), '', ...autoFundingLines(seen)],
    })
    const paid = manager.autoFundingStatus().map((status) => ({ count: status.topUps, wei: BigInt(status.paid) }))
    manager.stopAutoFunding()
    if (!(await landed(broker))) note('A transaction that was sent is not mined yet; it may still be.')
    const sum = paid.reduce((all, one) => ({ count: all.count + one.count, wei: all.wei + one.wei }))
    note(`Auto-funding ended after ${sum.count} top-ups of ${og(sum.wei)} together.`)
  },
})

function configOf(
  args: Partial<Record<'interval-ms' | 'buffer-multiplier' | 'min-locked-balance', string | undefined>>,
) {
  const intervalMs = numberOf(args['interval-ms'], 'interval-ms', { least: 100 })
  const bufferMultiplier = numberOf(args['buffer-multiplier'], 'buffer-multiplier', { whole: false })
  const minLockedBalance = args['min-locked-balance']
  return {
    ...(intervalMs !== undefined && { intervalMs }),
    ...(bufferMultiplier !== undefined && { bufferMultiplier }),
    ...(minLockedBalance !== undefined && { minLockedBalance: amountOf(minLockedBalance) }),
  } satisfies AutoFundingConfig
}

function words(
  { wallet, minLockedBalance: usual }: Broker,
  { bufferMultiplier = 2, minLockedBalance }: AutoFundingConfig,
  { providers, service, place }: { providers: readonly string[]; service: string; place: string },
): [string, string][] {
  const least = minLockedBalance === undefined ? og(usual) : `${minLockedBalance} OG`
  return [
    ['do', 'whenever less is available than required, transfer what is missing'],
    ['required', `${bufferMultiplier} × ${least}`],
    ['from', 'the ledger'],
    ['to', `the ${service} sub-accounts with ${providers.join(', ')}`],
    ['wallet', wallet],
    ['network', place],
  ]
}
