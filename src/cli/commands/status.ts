import { defineCommand } from 'citty'
import { interrupted } from '../interrupt.ts'
import { readingOptions } from '../options.ts'
import { accountLines, walletLines } from '../overview.ts'
import { forecast, recordOf, see } from '../seen.ts'
import { readingSession } from '../session.ts'
import { print, printJson, wantsJson } from '../terminal.ts'

export const command = defineCommand({
  args: readingOptions,
  async run({ args }) {
    await using session = await readingSession(args, { signal: interrupted })
    const { broker, place } = session
    const position = await broker.position()
    const seen = see(broker, position, forecast(broker, position))
    if (wantsJson(args)) printJson(recordOf(seen))
    else print([...walletLines(seen, place), '', ...accountLines(seen)].join('\n'))
  },
})
