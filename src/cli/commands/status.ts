import { defineCommand } from 'citty'
import { depositLines, forecastRecord } from '../forecast-lines.ts'
import { interrupted } from '../interrupt.ts'
import { readingOptions } from '../options.ts'
import { accountLines, walletLines } from '../overview.ts'
import { recordOf, see } from '../seen.ts'
import { readingSession } from '../session.ts'
import { print, printJson, wantsJson } from '../terminal.ts'

export const command = defineCommand({
  args: readingOptions,
  async run({ args }) {
    await using session = await readingSession(args, { signal: interrupted })
    const { broker, place } = session
    const plan = await broker.plan({ dryRun: true })
    const { position, decisions, shortfall } = plan
    const forecast = broker.forecastAt(plan)
    const seen = see(broker, position, decisions)
    if (wantsJson(args)) printJson({ ...recordOf(seen), ...forecastRecord(forecast, shortfall) })
    else
      print([...walletLines(seen, place), ...depositLines(forecast, shortfall), '', ...accountLines(seen)].join('\n'))
  },
})
