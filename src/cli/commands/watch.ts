import { defineCommand } from 'citty'
import { recordedClosing, closingSeen, hasKey } from '../closing/recorded-request.ts'
import { closingLines, WHO_GOES_ON } from '../closing/lines.ts'
import { interrupted } from '../session/interrupt.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import { openNotices } from '../screen/notices.ts'
import { readingOptions, recordOption, type ReadingArguments } from '../arguments/options.ts'
import { accountLines, walletLines } from '../screen/overview.ts'
import { openRecorder } from '../replay/recorder.ts'
import { drainLines } from '../screen/refund-lines.ts'
import { forecast, see } from '../screen/view.ts'
import { readingSession, sendingSession, type Session } from '../session/session.ts'
import { show } from '../screen/show.ts'
import { tellPage, wantsJson } from '../screen/terminal.ts'
import { openUi, uiPlanOf, viewOptions } from '../ui.ts'
import { numberOf } from '../arguments/values.ts'

const INTERVAL_MS = 5_000

export const command = defineCommand({
  args: {
    ...readingOptions,
    'interval-ms': {
      type: 'string',
      valueHint: 'ms',
      description: `how often the position is read: ${INTERVAL_MS} by default, from 100`,
    },
    ...recordOption,
    ...viewOptions,
  },
  async run({ args }) {
    const intervalMs = numberOf(args['interval-ms'], 'interval-ms', { least: 100 }) ?? INTERVAL_MS
    const json = wantsJson(args)
    const page = uiPlanOf(args)
    const notices = openNotices({ json })
    using recorder = args.record === undefined ? null : openRecorder(args.record, notices.say)
    await using session = await watchingSession(args, { intervalMs, say: notices.say })
    const { broker, place } = session
    // Who does not go on with it sees what the journal says.
    const goesOn = broker.ledger.isClosing
    let intention = await recordedClosing(broker)
    await recorder?.follow(broker, { dryRun: true })
    await using ui = page && (await openUi(broker, page, { dryRun: true }))
    if (ui) tellPage(ui.url)
    await show(broker, {
      json,
      signal: interrupted,
      see(position) {
        const seen = see(broker, position, forecast(broker, position))
        if (goesOn) return seen
        void recordedClosing(broker).then((now) => (intention = now))
        return { ...seen, closing: closingSeen(broker, intention, position) }
      },
      lines: (seen) => [
        ...walletLines(seen, place),
        ...closingLines(seen),
        '',
        ...accountLines(seen),
        ...drainLines(seen.refunds),
      ],
      recorder,
      notices,
    })
    await transactionsSettled(broker)
  },
})

/** With the key of a wallet whose ledger is being closed, watching goes on with that: somebody agreed to it before. */
async function watchingSession(
  args: ReadingArguments,
  { intervalMs, say }: { intervalMs: number; say: (text: string) => void },
): Promise<Session> {
  const looking = await readingSession(args, { intervalMs })
  if (!(await recordedClosing(looking.broker))) return looking
  if (!hasKey(args)) {
    say(`The ledger is being closed, and nothing is sent without its key: it goes on with ${WHO_GOES_ON}.`)
    return looking
  }
  await looking[Symbol.asyncDispose]()
  const session = await sendingSession(args, { intervalMs })
  const goesOn = session.broker.ledger.isClosing
  say(`The ledger is being closed, and ${goesOn ? 'watching' : 'another process'} goes on with it.`)
  return session
}
