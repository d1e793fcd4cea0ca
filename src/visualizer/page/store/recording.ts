import { PROTOCOL, type Chart, type Entry, type PositionLine, type RecordingLine, type State } from '../../protocol.ts'
import { startHistory, stateAt, type History } from './history.ts'
import type { Loaded, Subject } from './store.ts'

/** The history as JSON lines: whole, and with every position on a line of its own for `og-ledger replay`. */
export function encodeRecording({ wallet, network }: Subject, history: History): string {
  const lines: RecordingLine[] = [{ type: 'base', protocol: PROTOCOL, wallet, network, state: history.base }]
  for (const entry of history.entries) {
    lines.push({ type: 'entry', ...entry })
    const position = entry.kind === 'position' ? positionOf(stateAt(history, entry.seq)) : null
    if (position) lines.push(position)
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
}

/**
 * What a recording shows. Lines that are none are counted and left out.
 *
 * @throws SyntaxError where nothing of it can be shown
 */
export function loadRecording(file: string, text: string, charts: readonly Chart[]): Loaded {
  let base: Extract<RecordingLine, { type: 'base' }> | null = null
  let entries: Entry[] = []
  let skipped = 0
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const parsed = parsedLine(line)
    if (!parsed) skipped += 1
    // It began anew there: what came before is another story.
    else if (parsed.type === 'base') [base, entries] = [parsed, []]
    else if (parsed.type === 'entry') entries.push(parsed)
  }
  if (!base) throw new SyntaxError('It is no recording of og-ledger.')
  const { wallet, network, state } = base
  const subject: Subject = { version: '', wallet, network, actions: [], dryRun: false, charts }
  return { file, subject, history: startHistory(state, entries), skipped }
}

function parsedLine(line: string): RecordingLine | null {
  try {
    const value = JSON.parse(line) as RecordingLine
    return typeof value === 'object' && value !== null && 'type' in value ? value : null
  } catch {
    return null
  }
}

function positionOf({ block, wallet, ledger, subAccounts }: State): PositionLine | null {
  if (!block) return null
  const accounts = Object.values(subAccounts).flatMap(({ account, provider, serviceType }) =>
    account ? [{ provider, serviceType, ...account }] : [],
  )
  return { type: 'position', block, wallet, ledger, subAccounts: accounts }
}
