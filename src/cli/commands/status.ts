import { defineCommand } from 'citty'
import { closingAt } from '../closing/status.ts'
import { readFileClosing } from '../../index.ts'
import { journalOf } from '../session/journal.ts'
import { closingLines, CONTINUED_BY } from '../closing/lines.ts'
import { depositPairs, forecastRecord } from '../screen/forecast-lines.ts'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions } from '../arguments/options.ts'
import { accountLines, walletLines } from '../screen/overview.ts'
import { refundLines } from '../screen/refund-lines.ts'
import { recordOf, viewOf } from '../screen/view.ts'
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
    const closing = closingAt(broker, await readFileClosing(journalOf(broker)), position)
    const view = { ...viewOf(broker, position, decisions), closing }
    if (wantsJson(args)) printJson({ ...recordOf(view), ...forecastRecord(forecast, shortfall) })
    else
      print(
        [
          // A ledger that is being closed needs no deposit.
          ...walletLines(view, place, closing ? [] : depositPairs(forecast, shortfall)),
          ...(closing ? [...closingLines(view), `It continues with ${CONTINUED_BY}.`] : []),
          '',
          ...accountLines(view),
          ...(view.refunds.length > 0 ? ['', ...refundLines(view.refunds, position)] : []),
        ].join('\n'),
      )
  },
})
