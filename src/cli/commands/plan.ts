import { defineCommand } from 'citty'
import type { Broker, Decision, Forecast, Plan } from '../../index.ts'
import { follow } from '../session/follow.ts'
import { trialOptions, trialTermsIn } from '../config/trial-arguments.ts'
import { autoDepositPairs } from '../screen/deposit-lines.ts'
import { forecastLines, forecastRecord } from '../screen/forecast-lines.ts'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions } from '../arguments/options.ts'
import { walletLines } from '../screen/overview.ts'
import { planLines } from '../screen/plan-lines.ts'
import { serviceTypeOf } from '../session/services.ts'
import { openTrial } from '../session/dry-run.ts'
import { readingSession } from '../session/session.ts'
import { lineWidth, note, print, printJson, wantsJson } from '../screen/terminal.ts'
import { numberOf } from '../arguments/values.ts'

const INTERVAL_MS = 5_000

export const command = defineCommand({
  args: {
    service: { type: 'string', valueHint: 'type', description: 'only inference or fine-tuning; both by default' },
    for: {
      type: 'string',
      valueHint: 'seconds',
      description: 'measures the burn that long first; Ctrl-C ends that, too',
    },
    ...trialOptions,
    ...readingOptions,
  },
  async run({ args }) {
    const service = args.service === undefined ? null : serviceTypeOf(args.service)
    const trial = await trialTermsIn(args)
    const seconds = numberOf(args.for, 'for', { least: 1, most: 86_400 })
    await using session = await readingSession(args, {
      ...trial.broker,
      intervalMs: INTERVAL_MS,
      ...(seconds === undefined && { signal: interrupted }),
    })
    const { broker, place } = session
    if (seconds !== undefined) await measureBurn(broker, seconds)
    const { dryRun, refresh } = openTrial(trial, session)
    await refresh()
    const plan = await broker.plan({ dryRun })
    const forecast = broker.forecastAt(plan)
    const decisions = plan.decisions.filter(({ serviceType }) => service === null || serviceType === service)
    if (wantsJson(args)) printJson(recordOf(plan, decisions, forecast))
    else
      print(
        [
          ...walletLines(plan, place, plan.deposit && autoDepositPairs({ decision: plan.deposit, status: null })),
          '',
          ...planLines(decisions, lineWidth()),
          ...paragraph(forecastLines(forecast, plan.shortfall, plan.block.timestamp)),
        ].join('\n'),
      )
  },
})

const paragraph = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', ...lines])

/** Follows the positions for some seconds: the burn is measured over time. */
async function measureBurn(broker: Broker, seconds: number): Promise<void> {
  note(`Measuring the burn for ${seconds} s…`)
  const over = new AbortController()
  const end = () => over.abort()
  const timer = setTimeout(end, seconds * 1_000)
  interrupted.addEventListener('abort', end, { once: true })
  if (interrupted.aborted) end()
  await follow(broker, over.signal, { position: () => undefined })
  clearTimeout(timer)
}

function recordOf(
  { block, position, shortfall, deposit }: Plan,
  decisions: readonly Decision[],
  forecast: Forecast,
): object {
  const { ledgerDryAt, gasDryAt, burnRate } = forecast
  const { wallet, ledger } = position
  return {
    type: 'plan',
    block,
    wallet,
    ledger,
    decisions,
    ...(deposit && { deposit }),
    ...forecastRecord(forecast, shortfall),
    burnRate,
    ledgerDryAt,
    gasDryAt,
  }
}
