import { defineCommand } from 'citty'
import { closingAt } from '../closing/status.ts'
import { readFileClosing } from '../../index.ts'
import { journalOf } from '../session/journal.ts'
import { trialOptions, trialTermsIn, type TrialTerms } from '../config/trial-arguments.ts'
import { autoDepositPairs } from '../screen/deposit-lines.ts'
import { openTrial } from '../session/dry-run.ts'
import { closingLines, CONTINUED_BY } from '../closing/lines.ts'
import { interrupted } from '../session/interrupt.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import { openNotices } from '../screen/notices.ts'
import { readingOptions, recordOption, type ReadingArguments } from '../arguments/options.ts'
import { accountLines, walletLines } from '../screen/overview.ts'
import { openRecorder } from '../replay/recorder.ts'
import { drainLines } from '../screen/refund-lines.ts'
import { viewOf } from '../screen/view.ts'
import { hasKey, readingSession, sendingSession, type Session } from '../session/session.ts'
import { show } from '../screen/show.ts'
import { printMetricsUrl, printPageUrl, wantsJson } from '../screen/terminal.ts'
import { pagePlanOf, viewOptions } from '../arguments/page-options.ts'
import { metricsOption, metricsPlaceOf } from '../arguments/metrics-option.ts'
import { openProbes } from '../session/probes.ts'
import { openPage } from '../session/page.ts'
import { msOf } from '../config/time-argument.ts'

const INTERVAL_MS = 5_000

/** Beside a process with the same file each alert would come twice, and why a sub-account is held only the journal's process knows. */
const SENDS_NO_ALERTS =
  'watch sends no alerts: the process of auto-fund or serve with this file does. Should that process be watched itself, let Prometheus page where its /metrics and /readyz are silent.'

export const command = defineCommand({
  args: {
    ...trialOptions,
    ...readingOptions,
    'interval-ms': {
      type: 'string',
      valueHint: 'time',
      description: 'how often the position is read (5s)',
    },
    ...recordOption,
    ...viewOptions,
    ...metricsOption,
  },
  async run({ args }) {
    const asked = msOf(args['interval-ms'], 'interval-ms')
    const trial = await trialTermsIn(args)
    const intervalMs = asked ?? trial.broker.intervalMs ?? INTERVAL_MS
    const json = wantsJson(args)
    const pagePlan = pagePlanOf(args)
    const metricsPlace = metricsPlaceOf(args)
    const notices = openNotices({ json })
    if (trial.hasAlerts) notices.say(SENDS_NO_ALERTS)
    using recorder = args.record === undefined ? null : openRecorder(args.record, notices.say)
    await using session = await watchingSession(args, { ...trial.broker, intervalMs, say: notices.say })
    const { broker, place } = session
    // A process that does not continue the closing itself shows what the journal says.
    const continues = broker.ledger.isClosing
    let intention = await readFileClosing(journalOf(broker))
    const { dryRun, refresh } = openTrial(trial, session)
    await refresh()
    await recorder?.follow(broker, { dryRun })
    await using page = pagePlan && (await openPage(broker, pagePlan, { dryRun }))
    if (page) printPageUrl(page.url)
    await using probes = metricsPlace && (await openProbes(broker, metricsPlace))
    if (probes) printMetricsUrl(probes.url)
    await show(broker, {
      json,
      signal: interrupted,
      view({ position }) {
        const view = viewOf(broker, broker.planAt(position, { dryRun }))
        void refresh()
        if (continues) return view
        void readFileClosing(journalOf(broker)).then((now) => (intention = now))
        return { ...view, closing: closingAt(broker, intention, position) }
      },
      lines: (view) => [
        ...walletLines(view, place, view.closing ? [] : autoDepositPairs(view.deposit)),
        ...closingLines(view),
        '',
        ...accountLines(view),
        ...drainLines(view.refunds),
      ],
      recorder,
      notices,
    })
    await transactionsSettled(broker)
  },
})

/** With the key of the wallet, watch continues a closing without asking: the command that began it has asked. */
async function watchingSession(
  args: ReadingArguments,
  { say, ...broker }: TrialTerms['broker'] & { intervalMs: number; say: (text: string) => void },
): Promise<Session> {
  const looking = await readingSession(args, broker)
  if (!(await readFileClosing(journalOf(looking.broker)))) return looking
  if (!hasKey(args)) {
    say(`The ledger is being closed, and nothing is sent without its key: it continues with ${CONTINUED_BY}.`)
    return looking
  }
  await looking[Symbol.asyncDispose]()
  const session = await sendingSession(args, broker)
  const continues = session.broker.ledger.isClosing
  say(`The ledger is being closed, and ${continues ? 'watching' : 'another process'} continues the closing.`)
  return session
}
