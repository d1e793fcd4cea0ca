import type { Block } from '../../machines/position.types.ts'
import type { KnownBlock, SharedTime } from '../base/known-block.ts'
import { blockProof, type BlockProof, type TimestampOf } from './block-witness.ts'
import { MOST_AHEAD_MS, numberJump, timeJump, type Jump } from './block-jump.policy.ts'

export type Plausibility = {
  /**
   * Rejects with ImplausibleReadingError for a block whose number or time jumps, until it is proven or confirmed.
   *
   * @returns null for a block that does not jump: nothing is asked of the node
   */
  check(block: Block): Promise<void> | null
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
  return new BlockWitnesses(options)
}

/** Each reading of each wallet of a fleet comes through here: what does not jump is compared without lists of its own. */
class BlockWitnesses implements Plausibility {
  readonly #options: PlausibilityOptions
  readonly #openedAt: number
  #last: Accepted | null = null
  #run: Run | null = null
  /** Blocks that the reading under way was compared with. */
  #compared: readonly KnownBlock[] = NONE
  /** All that were known then. */
  #witnesses: readonly KnownBlock[] = NONE
  /** Those that an accepted reading was compared with: the last reading stands for them. */
  #settled: readonly KnownBlock[] = NONE

  constructor(options: PlausibilityOptions) {
    this.#options = options
    this.#openedAt = options.now()
  }

  check(block: Block): Promise<void> | null {
    this.#witnesses = this.#others()
    this.#compared = without(this.#witnesses, this.#settled)
    const jumps = this.#jumpsOf(block, this.#compared)
    if (jumps.length > 0) return this.#believe(block, jumps)
    this.#run = null
    return null
  }

  checkAgain(block: Block): void {
    const witnesses = this.#others()
    const fresh = without(without(witnesses, this.#settled), this.#compared)
    if (fresh.length === 0) return
    // How it follows the last reading is checked, and what headers have proven stands.
    const [jump] = this.#timeJumpsOf(block, fresh)
    if (jump) throw jump.error
    this.#compared = [...this.#compared, ...fresh]
    this.#witnesses = witnesses
  }

  accept(block: Block): void {
    this.#run = null
    this.#settled = this.#witnesses
    // A halted chain repeats its block: the lead of that block over the clock is the one at its first reading.
    if (block.number !== this.#last?.number) {
      const { number, timestamp } = block
      const last = (this.#last ??= { number, timestamp, at: 0, aheadMs: 0 })
      last.number = number
      last.timestamp = timestamp
      last.at = this.#options.now()
      last.aheadMs = this.#aheadMsOf(block)
    }
    this.#options.time?.see(block)
  }

  #others(): readonly KnownBlock[] {
    const { known, time, now } = this.#options
    const own = known?.() ?? null
    if (own) time?.tell(own)
    const shared = time?.known(now()) ?? NONE
    return own ? [own, ...shared] : shared
  }

  #jumpsOf(block: Block, fresh: readonly KnownBlock[]): readonly Jump[] {
    const last = this.#last
    const isRepeated = block.number === last?.number && block.timestamp === last.timestamp
    const ofOthers = last === null && fresh.length === 0 ? ALONE : fresh
    const jumps = this.#timeJumpsOf(block, last && !isRepeated ? [last, ...ofOthers] : ofOthers)
    if (jumps.length > 0) return jumps
    const { number, at } = last ?? { number: this.#options.notBefore, at: this.#openedAt }
    const blocks = (this.#options.now() - at) / Math.max(1, this.#options.blockTimeMs())
    const error = numberJump(block, number, blocks)
    return error ? [{ witness: last, error }] : jumps
  }

  #timeJumpsOf(block: Block, witnesses: readonly (KnownBlock | null)[]): readonly Jump[] {
    const facts = { aheadMs: this.#aheadMsOf(block), hasHeaders: this.#options.timestampOf !== undefined }
    let jumps = NO_JUMPS
    for (const one of witnesses) {
      const jump = timeJump(block, one, facts)
      if (jump) jumps = [...jumps, jump]
    }
    return jumps
  }

  async #believe(block: Block, jumps: readonly Jump[]): Promise<void> {
    const run = (this.#run = this.#extended(this.#run, block))
    const proofs = await Promise.all(jumps.map(({ witness }) => this.#proofOf(block, witness)))
    const [unproven] = jumps.filter(({ witness }, at) => !this.#isBelieved(run, block, { witness, proof: proofs[at] }))
    if (unproven) throw unproven.error
  }

  #aheadMsOf({ timestamp }: Block): number {
    return 1_000 * timestamp - this.#options.now()
  }

  #extended(before: Run | null, block: Block): Run {
    const aheadMs = this.#aheadMsOf(block)
    const agrees =
      before !== null && block.number >= before.block && Math.abs(aheadMs - before.aheadMs) <= MOST_AHEAD_MS
    if (!agrees) return { block: block.number, aheadMs, readings: 1, since: this.#options.now() }
    return { ...before, block: block.number, readings: before.readings + 1 }
  }

  #isBelieved({ readings, since }: Run, block: Block, { witness, proof }: Judged): boolean {
    if (proof === 'proven') return true
    const { blockTimeMs, now } = this.#options
    const isNearer = witness !== null && Math.abs(this.#aheadMsOf(block)) < Math.abs(witness.aheadMs ?? 0)
    const isDenied = witness !== null && (proof === 'impossible' || (proof === 'denied' && !isNearer))
    const leastMs = isDenied ? CONTRADICTED_MS : Math.min(Math.max(LEAST_MS, LEAST_BLOCKS * blockTimeMs()), MOST_MS)
    return readings >= LEAST_READINGS && now() - since >= leastMs
  }

  /** Without the number of a known block a node whose times are all wrong would prove itself: then only a small lead is proven. */
  async #proofOf(block: Block, witness: KnownBlock | null): Promise<BlockProof> {
    const { timestampOf } = this.#options
    const isAlone = (witness?.number ?? null) === null
    if (!timestampOf || (isAlone && this.#aheadMsOf(block) > MOST_PROVEN_AHEAD_MS)) return 'unknown'
    return blockProof(block, witness, timestampOf)
  }
}

const NONE: readonly KnownBlock[] = []
const NO_JUMPS: readonly Jump[] = []
/** The machine's clock is the only witness. */
const ALONE = [null]

const without = (blocks: readonly KnownBlock[], others: readonly KnownBlock[]): readonly KnownBlock[] =>
  others.length === 0 ? blocks : blocks.filter((one) => !has(others, one))

const has = (blocks: readonly KnownBlock[], { number, timestamp }: KnownBlock): boolean =>
  blocks.some((one) => one.number === number && one.timestamp === timestamp)
