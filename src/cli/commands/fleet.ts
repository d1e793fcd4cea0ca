import { hostname } from 'node:os'
import { defineCommand } from 'citty'
import { createFleet, type FleetBudget } from '../../fleet/index.ts'
import { createMetrics } from '../../metrics/index.ts'
import { networkOptions, outputOptions } from '../arguments/options.ts'
import { metricsOption, metricsPlaceOf } from '../arguments/metrics-option.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { receiversIn } from '../config/alert-terms.ts'
import { openFleetAlerts, openFleetAlertState } from '../fleet/alerts.ts'
import { openDatabase } from '../fleet/database.ts'
import { fleetHealth } from '../fleet/health.ts'
import { readOrders } from '../fleet/orders.ts'
import { createFleetReload } from '../fleet/reload.ts'
import { showFleet } from '../fleet/show.ts'
import { createFleetCounter } from '../fleet/tally.ts'
import { fleetWords, noticeLogger } from '../fleet/words.ts'
import { openNotices } from '../screen/notices.ts'
import { note, printMetricsUrl, wantsJson } from '../screen/terminal.ts'
import { og } from '../screen/words.ts'
import { connectTo } from '../session/connection.ts'
import { endpointOf } from '../session/endpoint.ts'
import { onHangup } from '../session/hangup.ts'
import { interrupted } from '../session/interrupt.ts'
import { serveProbes } from '../session/probes.ts'
import { ask, keystorePassword, mayProceed } from '../session/questions.ts'

export const command = defineCommand({
  args: {
    config: {
      type: 'string',
      valueHint: 'file',
      description: 'the wallets, and what is done for which of them; SIGHUP reads it again',
    },
    database: {
      type: 'string',
      valueHint: 'variable',
      description:
        'shares the wallets with other machines: the environment variable that has the URL of a Postgres database; else OG_DATABASE_URL, if it is set',
    },
    name: {
      type: 'string',
      valueHint: 'name',
      description: 'how other processes see this one as holder of a lease; its host by default',
    },
    ...metricsOption,
    ...networkOptions,
    ...outputOptions,
    yes: { type: 'boolean', description: 'do it without asking' },
  },
  async run({ args }) {
    const { config: file } = args
    if (file === undefined) throw new UsageError('--config is missing: the file that names the wallets.')
    using hangups = onHangup()
    let password: Promise<string> | null = null
    const read = () => readOrders(file, () => (password ??= keystorePassword('KEYSTORE_PASSWORD', 'keystores')))
    let orders = await read()
    const { config, wallets, policies } = orders
    if (config.alerts) receiversIn(config.alerts)
    mayProceed(args)
    const metricsPlace = metricsPlaceOf(args)
    const json = wantsJson(args)
    const notices = openNotices({ json })
    const { url, host, network } = endpointOf(args, config.network)
    const provider = await connectTo(url, host)
    const name = args.name ?? hostname()
    const { chainId } = await provider.getNetwork()
    await using alertState = config.alerts && (await openFleetAlertState({ chainId, name, config: file }))
    const logger = noticeLogger(notices.say)
    await using database = await openDatabase({
      variable: args.database,
      leaseMs: config.leaseMs,
      name,
      logger,
    })
    note(fleetWords(config, { wallets, policies, isShared: database !== null }).join('\n'))
    if (args.yes !== true) await ask('Shall this be done, until Ctrl-C?')
    await using fleet = await createFleet({
      provider,
      ...(network !== undefined && { network }),
      wallets: wallets.map(({ address }) => address),
      signerFor: (wallet) => orders.signerOf(wallet),
      policyFor: (wallet) => orders.walletPolicyOf(wallet),
      ...(config.intervalMs !== undefined && { intervalMs: config.intervalMs }),
      ...(config.budget && { budget: budgetOf(config.budget, database !== null) }),
      ...(database && { leases: database.leases }),
      ...(database && config.capacity !== undefined && { capacity: config.capacity }),
      logger,
      signal: interrupted,
    })
    const counter = createFleetCounter(fleet)
    fleet.events$.subscribe(counter.see)
    await using alerts =
      config.alerts &&
      alertState &&
      (await openFleetAlerts(fleet, { alerts: config.alerts, ...alertState, say: notices.say }))
    const metrics = createMetrics(fleet, { ...(alerts && { alerts }) })
    await using probes = metricsPlace && (await serveProbes(metrics, () => fleetHealth(fleet), metricsPlace))
    if (probes) printMetricsUrl(probes.url)
    hangups.listen(
      createFleetReload({
        file,
        fleet,
        read,
        orders: () => orders,
        follow: (next) => (orders = next),
        say: notices.say,
        signal: interrupted,
      }),
    )
    await showFleet(fleet, {
      json,
      signal: interrupted,
      host,
      nameOf: (wallet) => orders.nameOf(wallet),
      counter,
      notices,
    })
    await fleet.close()
    provider.destroy()
    const { topUps, paid } = counter.tally()
    const handed = database ? ' Its leases are handed back: another process can have the wallets at once.' : ''
    note(`The fleet ended after ${topUps} top-ups of ${og(paid)}.${handed}`)
  },
})

/** Without a database the budget is that of this process, whatever its name. */
function budgetOf({ amount, per, name }: FleetBudget, isShared: boolean): FleetBudget {
  return { amount, per, ...(isShared && name !== undefined && { name }) }
}
