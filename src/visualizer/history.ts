import { amend, mutableStateOf } from './mutable-state.ts'
import type { Entry, State } from './protocol.ts'

export type HistoryLimits = {
  /** How many entries are remembered: 100 000 by default. */
  entries: number
  /** And how many bytes of them, as JSON: 32 MiB by default: an hour of a hundred busy sub-accounts. */
  bytes: number
}

export type Line = { seq: number; json: string }

/** The last that happened, as JSON. What is forgotten is still part of `base`. */
export function createHistory(start: State, { entries, bytes }: HistoryLimits) {
  const base = mutableStateOf(start)
  let lines: Line[] = []
  /** Index of the oldest that is remembered: taking off the first of many is slow, so it is done seldom. */
  let first = 0
  let size = 0
  let seq = 0

  return {
    /** Of the newest entry; 0 before the first. */
    seq: (): number => seq,
    base: (): State => base,
    /** Everything that is remembered. */
    all: (): readonly Line[] => lines.slice(first),
    /** Everything after an entry; null when that is not remembered, or never was. */
    since(after: number): readonly Line[] | null {
      if (after > seq || after < seq - (lines.length - first)) return null
      return lines.slice(lines.length - (seq - after))
    },
    add(entry: Entry): Line {
      const line = { seq: entry.seq, json: JSON.stringify(entry) }
      lines.push(line)
      seq = entry.seq
      size += line.json.length
      while (first < lines.length && (lines.length - first > entries || size > bytes)) forget()
      if (first > 1_000 && first > lines.length / 2) {
        lines = lines.slice(first)
        first = 0
      }
      return line
    },
  }

  function forget(): void {
    const line = lines[first]
    first += 1
    if (!line) return
    size -= line.json.length
    const { patch } = JSON.parse(line.json) as Entry
    amend(base, patch)
    lines[first - 1] = { seq: line.seq, json: '' }
  }
}

export type History = ReturnType<typeof createHistory>
