import type { Position } from '../../machines/position.types.ts'
import type { ReadingFailure } from '../streams/positions.ts'
import type { Emit } from './emit.ts'
import { messageOf } from './message.ts'

/** Tells once that readings fail for longer than one retry, and once that they succeed again. */
export type ReadingWatch = {
  see(position: Position): void
  fail(failure: ReadingFailure): void
}

export function createReadingWatch(emit: Emit): ReadingWatch {
  let newest: number | null = null
  let isStale = false

  return {
    see({ block }) {
      const since = newest
      newest = block.timestamp
      if (!isStale) return
      isStale = false
      emit({ type: 'reading.recovered', since })
    },
    fail({ isOutage, failures, error }) {
      if (isStale || !isOutage) return
      isStale = true
      emit({ type: 'reading.stale', since: newest, failures, message: messageOf(error.message) })
    },
  }
}
