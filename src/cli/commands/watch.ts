import { defineCommand } from 'citty'
import { interrupted } from '../interrupt.ts'
import { openNotices } from '../notices.ts'
import { readingOptions, recordOption } from '../options.ts'
import { accountLines, walletLines } from '../overview.ts'
import { openRecorder } from '../recorder.ts'
import { forecast, see } from '../seen.ts'
import { readingSession } from '../session.ts'
import { show } from '../show.ts'
import { tellPage, wantsJson } from '../terminal.ts'
import { openUi, uiPlanOf, viewOptions } from '../ui.ts'
import { numberOf } from '../values.ts'

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
    await using session = await readingSession(args, { intervalMs })
    const { broker, place } = session
    await recorder?.follow(broker, { dryRun: true })
    await using ui = page && (await openUi(broker, page, { dryRun: true }))
    if (ui) tellPage(ui.url)
    await show(broker, {
      json,
      signal: interrupted,
      see: (position) => see(broker, position, forecast(broker, position)),
      lines: (seen) => [...walletLines(seen, place), '', ...accountLines(seen)],
      recorder,
      notices,
    })
  },
})
