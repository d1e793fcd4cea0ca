import type { Broker } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { canAsk, note, print, printJson } from '../screen/terminal.ts'
import { askTyped } from '../session/questions.ts'
import { lossLines, lossRecord } from './loss.ts'

/**
 * Shows what a wallet's damaged journal has lost, asks, and repairs it.
 *
 * @throws UsageError without a terminal to ask on, unless `yes` is the answer
 */
export async function repair(broker: Broker, { yes, json }: { yes: boolean; json: boolean }): Promise<void> {
  await using opened = await broker.openJournalRepair()
  const { journal, loss } = opened
  if (!loss) {
    if (json) printJson({ type: 'journal-whole', journal })
    else print(`The journal is whole: there is nothing to repair.\n${journal}`)
    return
  }
  if (json) printJson(lossRecord(journal, loss))
  else print(lossLines(journal, loss).join('\n'))
  if (!yes) await askFirst()
  const kept = await opened.write()
  if (json) printJson({ type: 'journal-repaired', journal, kept })
  else note(`The journal is repaired. The damaged file is kept as ${kept}`)
}

async function askFirst(): Promise<void> {
  if (!canAsk()) throw new UsageError('Nothing was changed: there is no terminal to ask on, so the repair needs --yes.')
  await askTyped('Repair the journal? Type yes')
}
