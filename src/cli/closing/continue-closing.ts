import { closingLines, CONTINUED_BY } from './lines.ts'
import { interrupted } from '../session/interrupt.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import type { Notices } from '../screen/notices.ts'
import { accountLines, walletLines } from '../screen/overview.ts'
import { ask } from '../session/questions.ts'
import type { Recorder } from '../replay/recorder.ts'
import { viewOf } from '../screen/view.ts'
import type { Session } from '../session/session.ts'
import { show } from '../screen/show.ts'
import { list } from '../screen/table.ts'
import { messageWidth, note } from '../screen/terminal.ts'

export type ContinueClosingOptions = { json: boolean; yes: boolean; recorder: Recorder | null; notices: Notices }

/** What auto-fund does while the ledger is being closed: it continues the closing, until the end or Ctrl-C, and funds nothing. */
export async function continueClosing({ broker, place }: Session, options: ContinueClosingOptions): Promise<void> {
  const { json, yes, recorder, notices } = options
  const words = [
    ['do', 'the ledger is being closed: go on with that, and fund nothing'],
    ['instead', 'close --cancel ends it; then auto-fund funds again'],
    ['wallet', broker.wallet],
    ['network', place],
  ] as const
  note(list(words, messageWidth()).join('\n'))
  if (!yes) await ask('Shall this be done, until Ctrl-C?')
  const over = new AbortController()
  const watching = broker.positions$.subscribe(() => {
    if (!broker.ledger.isClosing) over.abort()
  })
  await show(broker, {
    json,
    signal: AbortSignal.any([interrupted, over.signal]),
    view: (plan) => viewOf(broker, plan),
    lines: (view) => [...walletLines(view, place), ...closingLines(view), '', ...accountLines(view)],
    recorder,
    notices,
  })
  watching.unsubscribe()
  if (!(await transactionsSettled(broker))) note('A transaction that was sent is not mined yet; it may still be.')
  note(broker.ledger.isClosing ? `Closing continues with ${CONTINUED_BY}.` : 'The ledger is not being closed any more.')
}
