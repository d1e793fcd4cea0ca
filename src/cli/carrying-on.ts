import { closingLines, WHO_GOES_ON } from './closing-lines.ts'
import { interrupted } from './interrupt.ts'
import { landed } from './landing.ts'
import type { Notices } from './notices.ts'
import { accountLines, walletLines } from './overview.ts'
import { ask } from './questions.ts'
import type { Recorder } from './recorder.ts'
import { see } from './seen.ts'
import type { Session } from './session.ts'
import { show } from './show.ts'
import { list } from './table.ts'
import { note } from './terminal.ts'

export type CarryingOn = { json: boolean; yes: boolean; recorder: Recorder | null; notices: Notices }

/** Instead of funding what is being closed: goes on with closing, until that is done or Ctrl-C. */
export async function carryOn({ broker, place }: Session, options: CarryingOn): Promise<void> {
  const { json, yes, recorder, notices } = options
  const words = [
    ['do', 'the ledger is being closed: go on with that, and fund nothing'],
    ['instead', 'close --cancel ends it; then auto-fund funds again'],
    ['wallet', broker.wallet],
    ['network', place],
  ] as const
  note(list(words).join('\n'))
  if (!yes) await ask('Shall this be done, until Ctrl-C?')
  const over = new AbortController()
  const watching = broker.positions$.subscribe(() => {
    if (!broker.ledger.isClosing) over.abort()
  })
  await show(broker, {
    json,
    signal: AbortSignal.any([interrupted, over.signal]),
    see: (position, { decisions }) => see(broker, position, decisions),
    lines: (seen) => [...walletLines(seen, place), ...closingLines(seen), '', ...accountLines(seen)],
    recorder,
    notices,
  })
  watching.unsubscribe()
  if (!(await landed(broker))) note('A transaction that was sent is not mined yet; it may still be.')
  note(broker.ledger.isClosing ? `Closing goes on with ${WHO_GOES_ON}.` : 'The ledger is not being closed any more.')
}
