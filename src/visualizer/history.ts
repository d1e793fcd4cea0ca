import { amend, mutableStateOf } from './mutable-state.ts'
import type { Entry, State } from './protocol.ts'

export type HistoryLimits = {
  /** The most entries that are kept: 100 000 by default. */
  entries: number
  /** The most bytes of JSON that they take: 32 MiB by default, an hour of a hundred busy sub-accounts. */
  bytes: number
}

export type Line = { seq: number; json: string }

export type History = {
  /** Number of the newest entry; 0 before the first. */
  seq(): number
  /** The state before the oldest entry that is kept. */
  base(): State
  /** All entries that are kept. */
  all(): readonly Line[]
  /** All entries after the one of this number; null where that entry is dropped, or does not exist. */
  since(after: number): readonly Line[] | null
  add(entry: Entry): Line
}

/** The newest entries as JSON. A dropped entry is applied to `base`. */
export function createHistory(start: State, { entries, bytes }: HistoryLimits): History {
  const base = mutableStateOf(start)
  let lines: Line[] = []
  /** Index of the oldest entry that is kept: removing the first of many is slow, so the list is cut seldom. */
  let first = 0
  let size = 0
  let seq = 0

  return {
    seq: () => seq,
    base: () => base,
    all: () => lines.slice(first),
    since(after) {
      if (after > seq || after < seq - (lines.length - first)) return null
      return lines.slice(lines.length - (seq - after))
    },
    add(entry) {
      const line = { seq: entry.seq, json: JSON.stringify(entry) }
      lines.push(line)
      seq = entry.seq
      size += line.json.length
      while (first < lines.length && (lines.length - first > entries || size > bytes)) dropOldest()
      if (first > 1_000 && first > lines.length / 2) {
        lines = lines.slice(first)
        first = 0
      }
      return line
    },
  }

  function dropOldest(): void {
    const line = lines[first]
    first += 1
    if (!line) return
    size -= line.json.length
    const { patch } = JSON.parse(line.json) as Entry
    amend(base, patch)
    lines[first - 1] = { seq: line.seq, json: '' }
  }
}
