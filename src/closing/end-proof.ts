import type { Position } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import type { ClosingIntention } from '../transactions/journal.types.ts'
import { FINALITY_DEPTH } from '../transactions/finality.ts'
import type { Lane } from '../transactions/lane.types.ts'

/** What a position shows of the end of a closing: no ledger, or money that no contract of the network reaches. */
export type End = 'gone' | 'stuck'

/** So many readings in a row must agree: one node may be wrong, behind, or of another state of the chain. */
const LEAST_READINGS = 3
/** A chain that stands still shows no depth: what it shows for this long is believed. */
const STANDING_MS = 600_000

/** Whether the end of a closing is proven: by the receipt of its last step, or by readings that agree for as long as a block takes to be final. */
export type EndProof = {
  /** @param end null for a position that shows none */
  isProven(intention: ClosingIntention, position: Position, end: End | null): boolean
  /** Block time, in seconds, of the reading that may prove more; null while no position shows an end. */
  until(): number | null
}

export type EndProofOptions = {
  lane: Pick<Lane, 'isFinal'>
  /** The block of the last step's receipt; null where there is none. */
  lastStepBlock: (intention: ClosingIntention) => number | null
  blockTimeMs: () => number
  clock: Clock
}

/** Readings in a row that show the same end of one request. */
type Run = { of: ClosingIntention; end: End; since: number; from: number; at: number; readings: number; until: number }

export function createEndProof({ lane, lastStepBlock, blockTimeMs, clock }: EndProofOptions): EndProof {
  let run: Run | null = null
  /** The newest block that has shown no end. */
  let openAt = -1

  return {
    isProven(intention, { block }, end) {
      if (end === null) openAt = Math.max(openAt, block.number)
      run = end && extended(intention, end, block)
      const place = { block: end ?? 'open', depth: run ? block.number - run.from : 0 }
      const isFinal = lane.isFinal(intention, place)
      if (!run) return false
      const isOwn = (lastStepBlock(intention) ?? -1) > openAt
      return isOwn || (isFinal && run.readings >= LEAST_READINGS) || elapsed() - run.since >= STANDING_MS
    },
    until: () => run?.until ?? null,
  }

  function elapsed(): number {
    return (clock.elapsed ?? clock.now)()
  }

  function extended(of: ClosingIntention, end: End, { number, timestamp }: Position['block']): Run {
    const until = timestamp + Math.ceil((FINALITY_DEPTH * blockTimeMs()) / LEAST_READINGS / 1_000)
    // A node that stands still says the same thing again.
    if (run?.of !== of || run.end !== end || number < run.at)
      return { of, end, since: elapsed(), from: number, at: number, readings: 1, until }
    return { ...run, at: number, readings: run.readings + (number > run.at ? 1 : 0), until }
  }
}
