import type { Block } from '../../machines/position.types.ts'
import type { KnownBlock, SharedTime } from '../base/known-block.ts'
import { blockProof, type BlockProof, type TimestampOf } from './block-witness.ts'
import { MOST_AHEAD_MS, numberJump, timeJump, type Jump } from './block-jump.policy.ts'

export type Plausibility = {
  /** @throws ImplausibleReadingError for a block whose number or time jumps, until it is proven or confirmed */
  check(block: Block): Promise<void>
  /** Checks it once more, by what has become known since: a journal may be opened during the reading. */
  checkAgain(block: Block): void
  /** Takes over the block of an accepted reading. */
  accept(block: Block): void
}

export type PlausibilityOptions = {
  /** The block at which the chain was opened. */
  notBefore: number
  /** The latest block that the journal knows. */
  known?: (() => KnownBlock | null) | undefined
  /** What other brokers on the chain have read of its time. */
  time?: SharedTime | undefined
  blockTimeMs: () => number
  /** Milliseconds since 1970. */
  now: () => number
  /** Timestamp of a block in seconds; null where the node does not have the block. */
  timestampOf?: TimestampOf | undefined
}

/** A clock that is wrong by more, or a development chain that is further ahead, needs the agreement of several readings. */
const MOST_PROVEN_AHEAD_MS = 400 * 86_400_000
/** So many readings in a row that agree, over so many blocks' time within these bounds, confirm a jump. */
const LEAST_READINGS = 3
const LEAST_BLOCKS = 3
const LEAST_MS = 4_000
const MOST_MS = 30_000
/** A time that contradicts the known block and leads away from the machine's clock is confirmed after this long. */
const CONTRADICTED_MS = 600_000

type Accepted = Block & { at: number; aheadMs: number }
type Run = { block: number; aheadMs: number; readings: number; since: number }
type Judged = { witness: KnownBlock | null; proof: BlockProof | undefined }

/**
 * Finds readings whose block cannot be right: a time far ahead of the machine's clock, or back from one that is known, or a number far
 * ahead of the chain's pace. A wrong one would decide on cooldowns, budgets and unlocks, and refuse all later readings. Such a reading
 * counts once the headers of its block and of the known block prove it, or once several readings in a row agree.
 *
 * Known are the block of the last reading, and the latest ones of journals: a node that is wrong from the first reading of a process on
 * contradicts the time at which earlier processes paid. Before anything was paid, the machine's clock is the only witness.
 */
export function createPlausibility(options: PlausibilityOptions): Plausibility {
  const { notBefore, known = () => null, time, blockTimeMs, now, timestampOf } = options
  const openedAt = now()
  let last: Accepted | null = null
  let run: Run | null = null
  /** Blocks that the reading under way was compared with. */
  let compared: KnownBlock[] = []
  /** Those that an accepted reading was compared with: the last reading stands for them. */
  let settled: readonly KnownBlock[] = []

  return {
    async check(block) {
      compared = unsettled()
      const jumps = jumpsOf(block, compared)
      if (jumps.length === 0) {
        run = null
        return
      }
      const ongoing = (run = extended(run, block))
      const proofs = await Promise.all(jumps.map(({ witness }) => proofOf(block, witness)))
      const [unproven] = jumps.filter(({ witness }, at) => !isBelieved(ongoing, block, { witness, proof: proofs[at] }))
      if (unproven) throw unproven.error
    },
    checkAgain(block) {
      const fresh = unsettled().filter((one) => !compared.some(isSame(one)))
      // How it follows the last reading is checked, and what headers have proven stands.
      const [jump] = timeJumpsOf(block, fresh)
      if (jump) throw jump.error
      compared.push(...fresh)
    },
    accept(block) {
      run = null
      settled = others().filter((one) => [...settled, ...compared].some(isSame(one)))
      // A halted chain repeats its block: the lead of that block over the clock is the one at its first reading.
      if (block.number !== last?.number) last = { ...block, at: now(), aheadMs: aheadMsOf(block) }
      time?.see(block)
    },
  }

  function others(): KnownBlock[] {
    const own = known()
    if (own) time?.tell(own)
    return [own, ...(time?.known(now()) ?? [])].filter((one) => one !== null)
  }

  function unsettled(): KnownBlock[] {
    return others().filter((one) => !settled.some(isSame(one)))
  }

  function jumpsOf(block: Block, fresh: readonly KnownBlock[]): Jump[] {
    const isRepeated = block.number === last?.number && block.timestamp === last.timestamp
    const witnesses = [...(last && !isRepeated ? [last] : []), ...fresh]
    const alone = last === null && fresh.length === 0 ? [null] : []
    const jumps = timeJumpsOf(block, [...witnesses, ...alone])
    if (jumps.length > 0) return jumps
    const { number, at } = last ?? { number: notBefore, at: openedAt }
    const error = numberJump(block, number, (now() - at) / Math.max(1, blockTimeMs()))
    return error ? [{ witness: last, error }] : []
  }

  function timeJumpsOf(block: Block, witnesses: readonly (KnownBlock | null)[]): Jump[] {
    const facts = { aheadMs: aheadMsOf(block), hasHeaders: timestampOf !== undefined }
    return witnesses.flatMap((one) => timeJump(block, one, facts) ?? [])
  }

  function aheadMsOf({ timestamp }: Block): number {
    return 1_000 * timestamp - now()
  }

  function extended(before: Run | null, block: Block): Run {
    const aheadMs = aheadMsOf(block)
    const agrees =
      before !== null && block.number >= before.block && Math.abs(aheadMs - before.aheadMs) <= MOST_AHEAD_MS
    if (!agrees) return { block: block.number, aheadMs, readings: 1, since: now() }
    return { ...before, block: block.number, readings: before.readings + 1 }
  }

  function isBelieved({ readings, since }: Run, block: Block, { witness, proof }: Judged): boolean {
    if (proof === 'proven') return true
    const isNearer = witness !== null && Math.abs(aheadMsOf(block)) < Math.abs(witness.aheadMs ?? 0)
    const isDenied = witness !== null && (proof === 'impossible' || (proof === 'denied' && !isNearer))
    const leastMs = isDenied ? CONTRADICTED_MS : Math.min(Math.max(LEAST_MS, LEAST_BLOCKS * blockTimeMs()), MOST_MS)
    return readings >= LEAST_READINGS && now() - since >= leastMs
  }

  /** Without the number of a known block a node whose times are all wrong would prove itself: then only a small lead is proven. */
  async function proofOf(block: Block, witness: KnownBlock | null): Promise<BlockProof> {
    const isAlone = (witness?.number ?? null) === null
    if (!timestampOf || (isAlone && aheadMsOf(block) > MOST_PROVEN_AHEAD_MS)) return 'unknown'
    return blockProof(block, witness, timestampOf)
  }
}

const isSame =
  (one: KnownBlock) =>
  ({ number, timestamp }: KnownBlock): boolean =>
    number === one.number && timestamp === one.timestamp
