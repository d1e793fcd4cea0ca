import { defineCommand } from 'citty'
import { recordedClosing, closingSeen } from '../closing/recorded-request.ts'
import { closingLines, WHO_GOES_ON } from '../closing/lines.ts'
import { depositPairs, forecastRecord } from '../screen/forecast-lines.ts'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions } from '../arguments/options.ts'
import { accountLines, walletLines } from '../screen/overview.ts'
import { refundLines } from '../screen/refund-lines.ts'
import { recordOf, see } from '../screen/view.ts'
import { readingSession } from '../session/session.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'

export const command = defineCommand({
  args: readingOptions,
  async run({ args }) {
    await using session = await readingSession(args, { signal: interrupted })
    const { broker, place } = session
    const plan = await broker.plan({ dryRun: true })
    const { position, decisions, shortfall } = plan
    const forecast = broker.forecastAt(plan)
    const closing = closingSeen(broker, await recordedClosing(broker), position)
    const seen = { ...see(broker, position, decisions), closing }
    if (wantsJson(args)) printJson({ ...recordOf(seen), ...forecastRecord(forecast, shortfall) })
    else
      print(
        [
          // What is being closed is not filled up any more.
          ...walletLines(seen, place, closing ? [] : depositPairs(forecast, shortfall)),
          ...(closing ? [...closingLines(seen), `It goes on with ${WHO_GOES_ON}.`] : []),
          '',
          ...accountLines(seen),
          ...(seen.refunds.length > 0 ? ['', ...refundLines(seen.refunds, position)] : []),
        ].join('\n'),
      )
  },
})
