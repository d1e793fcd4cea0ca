import { defineCommand } from 'citty'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions } from '../arguments/options.ts'
import { refundLines, refundRecord } from '../screen/refund-lines.ts'
import { readingSession } from '../session/session.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'

export const command = defineCommand({
  args: readingOptions,
  async run({ args }) {
    await using session = await readingSession(args, { signal: interrupted })
    const { broker } = session
    const position = await broker.position()
    const refunds = broker.ledger.refundsAt(position)
    if (wantsJson(args)) for (const refund of refunds) printJson(refundRecord(refund))
    else print(refundLines(refunds, position).join('\n'))
  },
})
