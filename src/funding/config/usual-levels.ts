import type { Levels } from '../../../machines/auto-funding/auto-funding.levels.ts'

export const DEFAULT_BUFFER_MULTIPLIER = 2
/** Hysteresis: a top-up fills up to this many times the trigger, so that small charges do not make many payments. */
const DEFAULT_TARGET_FACTOR = 1.5

/** The levels of a config that names none. In fifteen digits, as 1.5 × 1.1 is 1.65. */
export function usualLevels(bufferMultiplier: number): Levels {
  const multiplier = Number((DEFAULT_TARGET_FACTOR * bufferMultiplier).toPrecision(15))
  return { bufferMultiplier, target: { multiplier } }
}
