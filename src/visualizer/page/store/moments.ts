import type { Entry } from '../../protocol.ts'
import type { History } from './history.ts'

/** The entries up to the one that is shown, newest first. */
export function* backwards({ entries }: Pick<History, 'entries'>, seq: number | null): Generator<Entry> {
  const first = entries[0]?.seq ?? 0
  const last = seq === null ? -1 : seq - first
  for (let index = Math.min(last, entries.length - 1); index >= 0; index -= 1) {
    const entry = entries[index]
    if (entry) yield entry
  }
}

/** When the shown position was read, in milliseconds since 1970; null where its entry is dropped. */
export function readAt(history: Pick<History, 'entries'>, seq: number | null): number | null {
  for (const { kind, at } of backwards(history, seq)) if (kind === 'position') return at
  return null
}

/** An edge that an actor took, and the entry that says so. */
export type Move = { edge: string; seq: number; at: number }

/**
 * The edges of a chart that actors took since a moment, each once, newest first. Edges back to the same state are left out.
 *
 * @param actor null for all actors; of one actor only the last edge, at any time
 */
export function movesIn(
  history: Pick<History, 'entries'>,
  seq: number | null,
  { chart, actor, since }: { chart: string; actor: string | null; since: number },
): Move[] {
  const moves = new Map<string, Move>()
  for (const entry of backwards(history, seq)) {
    if (actor === null && entry.at < since) break
    if (entry.kind !== 'transition' || entry.machine !== chart || entry.from === entry.to || entry.edge === null)
      continue
    if (actor !== null && entry.actor !== actor) continue
    if (!moves.has(entry.edge)) moves.set(entry.edge, { edge: entry.edge, seq: entry.seq, at: entry.at })
    if (actor !== null) break
  }
  return [...moves.values()]
}
