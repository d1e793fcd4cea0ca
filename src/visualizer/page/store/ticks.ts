import type { Entry } from '../../protocol.ts'
import { toneOf, type Tone } from '../format/tones.ts'
import { isOf } from './kinds.ts'

/** A slot of the timeline with events: their number, and the most severe tone. */
export type Tick = { place: number; many: number; tone: Tone }

const RANK: readonly Tone[] = ['calm', 'refund', 'moving', 'good', 'low', 'bad']

/** The events between two moments, in so many slots. */
export function ticksOf(
  entries: readonly Entry[],
  { from, to, places }: { from: number; to: number; places: number },
): Tick[] {
  const ticks = new Map<number, Tick>()
  const span = Math.max(to - from, 1)
  for (const entry of entries) {
    if (entry.at < from || entry.at > to || !isOf('highlights', entry)) continue
    const place = Math.min(places - 1, Math.floor(((entry.at - from) / span) * places))
    const tone = toneOf(entry)
    const tick = ticks.get(place)
    if (!tick) ticks.set(place, { place, many: 1, tone })
    else ticks.set(place, { place, many: tick.many + 1, tone: worse(tick.tone, tone) })
  }
  return [...ticks.values()]
}

const worse = (a: Tone, b: Tone): Tone => (RANK.indexOf(a) >= RANK.indexOf(b) ? a : b)
