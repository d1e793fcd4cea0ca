import { applyPatch } from '../../patch.ts'
import type { Entry, State } from '../../protocol.ts'
import { firstSamples, noteSamples, type Samples } from './samples.ts'

/** Entries between two checkpoints: the most patches that are applied to show any moment. */
const STEP = 100
/** With more entries than this, the oldest are applied to the base, until so many are left. */
const MOST = 60_000
const REST = 50_000

/** The past, with checkpoints to reach any moment of it. Never changed in place. */
export type History = {
  /** The state before the first entry. */
  base: State
  /** Numbered without gaps. */
  entries: readonly Entry[]
  /** The state before every hundredth entry; the first is the base. */
  checkpoints: readonly State[]
  latest: State
  /** The balances of each sub-account over time, by key. */
  samples: Samples
  /** The edges that actors took, as `chart|edge`, each with the number of the entry that first said so. */
  travelled: ReadonlyMap<string, number>
}

export function startHistory(base: State, entries: readonly Entry[] = []): History {
  const since = entries[0]?.at ?? (base.block?.timestamp ?? 0) * 1_000
  const samples = firstSamples(base, since)
  return extendHistory({ base, entries: [], checkpoints: [base], latest: base, samples, travelled: new Map() }, entries)
}

/** Appends entries. Those that are known already are left out. */
export function extendHistory(history: History, entries: readonly Entry[]): History {
  const known = history.entries.at(-1)?.seq ?? -1
  const news = entries.filter(({ seq }) => seq > known)
  if (news.length === 0) return history
  const checkpoints = [...history.checkpoints]
  const samples = new Map(history.samples)
  const travelled = new Map(history.travelled)
  let length = history.entries.length
  let latest = history.latest
  for (const entry of news) {
    const before = latest
    latest = applyPatch(latest, entry.patch)
    length += 1
    if (length % STEP === 0) checkpoints.push(latest)
    noteSamples(samples, entry, before, latest)
    if (entry.kind === 'transition' && entry.edge !== null)
      noteFirst(travelled, `${entry.machine}|${entry.edge}`, entry.seq)
  }
  return dropOldest({ ...history, entries: [...history.entries, ...news], checkpoints, latest, samples, travelled })
}

function noteFirst(travelled: Map<string, number>, edge: string, seq: number): void {
  if (!travelled.has(edge)) travelled.set(edge, seq)
}

/** The state after an entry; the base for any number before the first. */
export function stateAt({ base, entries, checkpoints, latest }: History, seq: number): State {
  const count = seq - (entries[0]?.seq ?? 0) + 1
  if (count >= entries.length) return latest
  const nearest = Math.max(0, Math.floor(count / STEP))
  const rest = entries.slice(nearest * STEP, Math.max(0, count))
  return rest.reduce((state, { patch }) => applyPatch(state, patch), checkpoints[nearest] ?? base)
}

/** The last entry up to a moment; null before the first. */
export function entryAt({ entries }: Pick<History, 'entries'>, at: number): Entry | null {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle]?.at ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return entries[low - 1] ?? null
}

function dropOldest(history: History): History {
  const { entries, checkpoints, samples } = history
  if (entries.length <= MOST) return history
  const steps = Math.ceil((entries.length - REST) / STEP)
  const rest = entries.slice(steps * STEP)
  const since = rest[0]?.at ?? 0
  return {
    ...history,
    base: checkpoints[steps] ?? history.base,
    entries: rest,
    checkpoints: checkpoints.slice(steps),
    samples: new Map([...samples].map(([key, all]) => [key, all.filter(({ at }) => at >= since)])),
  }
}
