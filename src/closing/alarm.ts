import type { ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { Block } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'

/** Longer waits need no alarm: positions are read at an interval anyway. In seconds. */
const LONGEST_WAIT = 600

/** Has a position read the moment a lock ends, and not only at the next interval. */
export type Alarm = {
  /** Replaces the alarm by that of this step, where it waits. */
  set(step: ClosingStep, block: Block): void
  cancel(): void
}

export function createAlarm(ring: () => void, clock: Clock): Alarm {
  let stop = (): void => undefined

  return {
    set(step, { timestamp }) {
      stop()
      if (step.type !== 'wait' || step.until - timestamp > LONGEST_WAIT) return
      stop = clock.after((step.until - timestamp) * 1_000, ring, { idle: true })
    },
    cancel: () => stop(),
  }
}
