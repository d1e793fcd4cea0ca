import { defineCommand } from 'citty'
import { closingAt } from '../closing/status.ts'
import { readFileClosing } from '../../index.ts'
import { journalOf } from '../session/journal.ts'
import { closingLines, CONTINUED_BY } from '../closing/lines.ts'
import { trialOptions, trialTermsIn } from '../config/trial-arguments.ts'
import { autoDepositPairs } from '../screen/deposit-lines.ts'
import { depositPairs, forecastRecord } from '../screen/forecast-lines.ts'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions } from '../arguments/options.ts'
import { accountLines, walletLines } from '../screen/overview.ts'
import { refundLines } from '../screen/refund-lines.ts'
import { recordOf, viewOf } from '../screen/view.ts'
import { openTrial } from '../session/dry-run.ts'
import { readingSession } from '../session/session.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'

export const command = defineCommand({
  args: { ...trialOptions, ...readingOptions },
  async run({ args }) {
    const trial = await trialTermsIn(args)
    await using session = await readingSession(args, { ...trial.broker, signal: interrupted })
    const { broker, place } = session
    const { dryRun, refresh } = openTrial(trial, session)
    await refresh()
    const plan = await broker.plan({ dryRun })
    const { position, shortfall } = plan
    const forecast = broker.forecastAt(plan)
    const closing = closingAt(broker, await readFileClosing(journalOf(broker)), position)
    const view = { ...viewOf(broker, plan), closing }
    if (wantsJson(args)) printJson({ ...recordOf(view), ...forecastRecord(forecast, shortfall) })
    else
      print(
        [
          // A ledger that is being closed needs no deposit.
          ...walletLines(
            view,
            place,
            closing ? [] : [...depositPairs(forecast, shortfall), ...autoDepositPairs(view.deposit)],
          ),
          ...(closing ? [...closingLines(view), `It continues with ${CONTINUED_BY}.`] : []),
          '',
          ...accountLines(view),
          ...(view.refunds.length > 0 ? ['', ...refundLines(view.refunds, position)] : []),
        ].join('\n'),
      )
  },
})
