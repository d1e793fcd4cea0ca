import { applyPatch, patchOf } from '../../patch.ts'
import { PROTOCOL, type Chart, type Entry, type PositionLine, type RecordingLine, type State } from '../../protocol.ts'
import { isBaseLine, isEntryLine } from './checks.ts'
import { elsewhereIn } from './elsewhere.ts'
import { startHistory, type History } from './history.ts'
import type { Loaded, Subject } from './store.ts'

/** The history as JSON lines, with every position on an extra line for `og-ledger replay`. */
export function encodeRecording({ wallet, network }: Subject, { base, entries }: History): string {
  const lines: RecordingLine[] = [{ type: 'base', protocol: PROTOCOL, wallet, network, state: base }]
  let state = base
  for (const entry of entries) {
    state = applyPatch(state, entry.patch)
    lines.push({ type: 'entry', ...entry })
    const position = entry.kind === 'position' ? positionOf(state) : null
    if (position) lines.push(position)
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
}

/**
 * Loads a recording as one history, also where several processes wrote it one after another. Invalid lines are counted and
 * left out.
 *
 * @throws SyntaxError for a file without any state that can be shown
 */
export function loadRecording(file: string, text: string, charts: readonly Chart[]): Loaded {
  let first: Pick<Subject, 'wallet' | 'network'> & { state: State } = NONE
  let state = NONE.state
  let positions = 0
  let skipped = 0
  const entries: Entry[] = []
  const add = (entry: Entry) => {
    const last = entries.at(-1)
    entries.push({ ...entry, seq: entries.length + 1, at: Math.max(entry.at, last?.at ?? 0) })
    state = applyPatch(state, entry.patch)
  }
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const value = parseLine(line)
    if (isBaseLine(value)) {
      if (first === NONE) [first, state] = [value, value.state]
      else add(restart(state, value.state, entries))
    } else if (isEntryLine(value) && first !== NONE) add(withoutType(value))
    else if (isPosition(value)) positions += 1
    else skipped += 1
  }
  if (first === NONE)
    throw new SyntaxError(
      positions > 0
        ? 'It has positions alone, as older recordings do: og-ledger replay reads those.'
        : 'It is no recording of og-ledger.',
    )
  const { wallet, network } = first
  const subject: Subject = { version: '', wallet, network, actions: [], dryRun: false, charts }
  return { file, subject, history: startHistory(first.state, entries), skipped }
}

const NONE = { wallet: '', network: { name: '', chainId: '', explorer: null }, state: {} as State }

/** The entry that leads from the end of one process's part to the base of the next. */
function restart(before: State, after: State, entries: readonly Entry[]): Entry {
  const at = Math.max((after.block?.timestamp ?? 0) * 1_000, entries.at(-1)?.at ?? 0)
  return { seq: 0, at, block: after.block, patch: patchOf(before, after) ?? {}, kind: 'position' }
}

const withoutType = (line: object): Entry =>
  Object.fromEntries(Object.entries(line).filter(([key]) => key !== 'type')) as Entry

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

const isPosition = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'position'

function positionOf({ block, wallet, ledger, subAccounts, ...rest }: State): PositionLine | null {
  if (!block) return null
  const accounts = Object.values(subAccounts).flatMap(({ account, provider, serviceType }) =>
    account ? [{ provider, serviceType, ...account }] : [],
  )
  const { accounts: elsewhere } = elsewhereIn(rest)
  return {
    type: 'position',
    block,
    wallet,
    ledger,
    subAccounts: accounts,
    ...(elsewhere.length > 0 && { elsewhere }),
  }
}
