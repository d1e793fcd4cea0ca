import { defineCommand } from 'citty'
import { receiversIn } from '../config/alert-terms.ts'
import { openKeeper } from '../keeper/server.ts'
import { openAlerts } from '../session/alerts.ts'
import { together } from '../session/together.ts'
import type { Broker } from '../../index.ts'
import { listen } from '../../http/listen.ts'
import { metricsOption, metricsPlaceOf } from '../arguments/metrics-option.ts'
import { sendingOptions, treasuryOption } from '../arguments/options.ts'
import { checkOnDeployment } from '../config/deployment.ts'
import { fundingConfigIn } from '../config/funding-arguments.ts'
import { termsOptions } from '../config/terms-options.ts'
import { printEvents } from '../screen/events.ts'
import { servedInWords, serveWords } from '../screen/serve-words.ts'
import { tellPayments } from '../screen/payment-lines.ts'
import { list } from '../screen/table.ts'
import {
  messageWidth,
  note,
  printChainJson,
  printJson,
  printMetricsUrl,
  printServer,
  wantsJson,
} from '../screen/terminal.ts'
import { warnings } from '../screen/warnings.ts'
import { short } from '../screen/words.ts'
import { placeOf, refuseTermsOfAutoFunding, servedConfigOf } from '../serve/arguments.ts'
import { endpointOptions, endpointsOf } from '../serve/endpoints.ts'
import { serverKey } from '../serve/key.ts'
import { modelsOf } from '../serve/models.ts'
import { DEFAULT_PORT } from '../serve/port.ts'
import { createOpenAiHandler } from '../serve/openai-handler.ts'
import { openDeposits } from '../session/deposits.ts'
import { openFunding } from '../session/funding.ts'
import { interrupted, until } from '../session/interrupt.ts'
import { openProbes } from '../session/probes.ts'
import { ask, mayProceed } from '../session/questions.ts'
import { sendingSession } from '../session/session.ts'
import { checkPayer, openTreasury } from '../session/treasury.ts'

export const command = defineCommand({
  args: {
    provider: {
      type: 'positional',
      required: false,
      description: 'addresses of the providers to serve; else those with a sub-account',
    },
    port: { type: 'string', valueHint: 'port', description: `where it listens (${DEFAULT_PORT})` },
    host: {
      type: 'string',
      valueHint: 'address',
      description: 'the interface; this machine alone by default (127.0.0.1)',
    },
    'allow-host': { type: 'string', valueHint: 'names', description: 'names under which it answers beside localhost' },
    'key-file': {
      type: 'string',
      valueHint: 'file',
      description: 'holds the key that clients send, and is made where it is missing; else a new key is printed',
    },
    'timeout-ms': {
      type: 'string',
      valueHint: 'time',
      description: 'the most that a request takes (10m)',
    },
    'first-sight-ms': {
      type: 'string',
      valueHint: 'time',
      description: 'how long a provider may take to see a sub-account that was just opened (30s)',
    },
    config: {
      type: 'string',
      valueHint: 'file',
      description: 'a file as of auto-fund: it names the providers, with terms of their own',
    },
    'auto-fund': { type: 'boolean', description: 'keeps the providers funded as well, with the options below' },
    ...termsOptions,
    ...treasuryOption,
    ...metricsOption,
    ...sendingOptions,
  },
  async run({ args }) {
    const { port, host, hosts, timeoutMs, firstSightMs } = placeOf(args)
    const { 'auto-fund': autoFund = false, config: file } = args
    const config = file === undefined ? servedConfigOf(args) : await fundingConfigIn(args)
    const { defaults, network, intervalMs, budget, autoClaim } = config
    if (!autoFund) refuseTermsOfAutoFunding(args, config)
    if (config.alerts) receiversIn(config.alerts)
    const metricsPlace = metricsPlaceOf(args)
    mayProceed(args)
    const { key, isNew } = await serverKey(args['key-file'])
    await using session = await sendingSession(args, {
      logger: warnings,
      ...(network !== undefined && { network }),
      ...(intervalMs !== undefined && { intervalMs }),
      ...(budget && { budget }),
      ...(autoFund && autoClaim && { autoClaim }),
    })
    const { broker, place } = session
    if (config.providers) checkOnDeployment(broker, config.providers, file === undefined ? () => '--' : undefined)
    const json = wantsJson(args)
    const endpoints = await endpointsOf(broker, config, (terms) => endpointOptions(terms, { firstSightMs, json }))
    const served =
      config.providers ??
      endpoints.map(({ provider }) => ({ provider, service: 'inference' as const, terms: defaults }))
    const treasury =
      autoFund && config.autoDeposit
        ? await openTreasury(args, { wallet: broker.wallet, provider: session.provider })
        : null
    checkPayer(autoFund ? config.autoDeposit?.from : undefined, treasury, broker.wallet)
    const payer = treasury?.address ?? null
    const words = serveWords(broker, { place, endpoints, config: { ...config, providers: served }, autoFund, payer })
    note(list(words, messageWidth()).join('\n'))
    if (args.yes !== true) await ask('Shall this be done, until Ctrl-C?')
    const models = modelsOf(endpoints)
    const onFailure = ({ provider, error }: { provider: string; error: unknown }) =>
      note(`A request to ${short(provider)} failed: ${error instanceof Error ? error.message : 'unknown'}`)
    const server = await listen(createOpenAiHandler({ models, key, hosts, timeoutMs, onFailure }), {
      name: 'og-ledger serve',
      port,
      host,
    })
    const alerting = config.alerts && (await openAlerts(broker, config.alerts, note))
    await using _ = together(
      json ? printEvents(broker) : tellPayments(broker, note),
      alerting,
      await openKeeper(broker, { questions: null, say: note }),
    )
    await using probes =
      metricsPlace && (await openProbes(broker, metricsPlace, { ...(alerting && { alerts: alerting }) }))
    if (probes) printMetricsUrl(probes.url)
    const funding = autoFund ? openFunding(broker, null) : null
    const deposits = autoFund ? openDeposits(broker, { approve: null, treasury }) : null
    funding?.apply(served)
    deposits?.apply(config.autoDeposit)
    const baseURL = `${server.url}/v1`
    const names = [...models.names.keys()]
    printServer({ models: names.join(', '), baseURL, key: isNew ? key : null })
    if (json) printChainJson({ type: 'serving', baseURL, models: names })
    await until(interrupted)
    funding?.stop()
    deposits?.stop()
    await server.close()
    report(broker, json)
  },
})

function report(broker: Broker, json: boolean): void {
  for (const counts of broker.inference.endpointCounts()) {
    if (json) printJson({ type: 'served', ...counts })
    note(`${short(counts.provider)}: ${servedInWords(counts)}`)
  }
}
