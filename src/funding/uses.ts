import { useBetween, type OwnMoves } from '../../machines/sub-account/use.facts.ts'
import type { Use } from '../../machines/auto-funding/reclaim.types.ts'
import type { Block, Position, Settlements, SubAccountPosition } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { inFlightByAccount } from '../transactions/in-flight.ts'
import type { Intent } from '../transactions/intent.ts'
import type { InFlight } from '../transactions/lane.types.ts'

export type UsesOptions = {
  /** What the wallet mined in the blocks (from, to]. */
  minedIn: (from: number, to: number) => readonly Intent[]
  inFlight: () => readonly InFlight[]
}

/** The blocks (from, until]. */
export type Stretch = { from: Block; until: Block }

/** What is known of the use of each sub-account: from logs before the first reading, and from readings since. */
export type Uses = {
  /** The block from which on every use is known; null before the first reading and the first logs. */
  knownSince(): Block | null
  /** A stretch in which a claim may hide a charge, so that only its logs tell; null where there is none. */
  unclear(): Stretch | null
  /** Adds what logs tell of a stretch of blocks, which extends the known time where it ends at its beginning. */
  learn(settlements: Pick<Settlements, 'since' | 'sinceBlock' | 'until' | 'settled' | 'paid'>): void
  /** Compares each sub-account with the reading before. */
  observe(position: Position): void
  /** A call asked for a sub-account, at a block time. */
  ask(id: SubAccountId, at: number): void
  of(key: string): Pick<Use, 'knownSince' | 'lastAt'>
}

export function createUses(options: UsesOptions): Uses {
  return new ReadUses(options)
}

/** One sub-account as far as its use is known. */
type Account = {
  lastUse: number | null
  /** At the last reading without a transaction of its own in flight. */
  seen: Seen | null
  /** The first reading, where it had one in flight from the beginning. */
  unseen: Block | null
}

class ReadUses implements Uses {
  readonly #options: UsesOptions
  readonly #accounts = new Map<string, Account>()
  /** Use is known from this block on, up to a time in seconds: without an end once readings follow. */
  #known: (Block & { until: number }) | null = null
  #unclear: Stretch | null = null

  constructor(options: UsesOptions) {
    this.#options = options
  }

  knownSince(): Block | null {
    return this.#known
  }

  unclear(): Stretch | null {
    return this.#unclear
  }

  learn({ since, sinceBlock, until, settled, paid }: Parameters<Uses['learn']>[0]): void {
    for (const one of [...settled, ...paid]) this.ask(one, one.at)
    // The logs from a chain's first block on are all of its history.
    const from = { number: sinceBlock, timestamp: sinceBlock <= 1 ? 0 : since }
    const known = this.#known
    if (!known) this.#known = { ...from, until }
    else if (until >= known.timestamp && from.timestamp < known.timestamp) this.#known = { ...from, until: known.until }
    if (this.#unclear && until >= this.#unclear.until.timestamp) this.#unclear = null
  }

  observe(position: Position): void {
    const { block } = position
    const known = this.#known
    const isFirst = known?.until !== Infinity
    if (isFirst) this.#known = { ...(known && known.until >= block.timestamp ? known : block), until: Infinity }
    const moving = inFlightByAccount(this.#options.inFlight())
    for (const account of position.subAccounts) {
      const key = keyOf(account)
      const one = this.#of(key)
      // A reading may show a transaction whose receipt the lane has not read yet.
      const before = one.seen
      if (moving.has(key)) {
        if (!before) one.unseen ??= block
        continue
      }
      if (one.unseen) this.#doubt({ from: one.unseen, until: block })
      else if (!isFirst && block.number > (before?.block.number ?? 0)) this.#compare(before, account, position)
      one.unseen = null
      const seen = { account, block, ledger: position.ledger?.available ?? 0n }
      // Overwritten, as each reading is compared with the one before alone.
      if (before) Object.assign(before, seen)
      else one.seen = seen
    }
  }

  ask(id: SubAccountId, at: number): void {
    const one = this.#of(keyOf(id))
    one.lastUse = Math.max(at, one.lastUse ?? 0)
  }

  of(key: string): Pick<Use, 'knownSince' | 'lastAt'> {
    return { knownSince: this.#known?.timestamp ?? null, lastAt: this.#accounts.get(key)?.lastUse ?? null }
  }

  #compare(before: Seen | null, account: SubAccountPosition, { block, ledger }: Position): void {
    const own = before ? this.#options.minedIn(before.block.number, block.number) : []
    const gained = before ? (ledger?.available ?? 0n) - before.ledger : 0n
    const outcome = useBetween(before?.account, account, { ...movesOf(own, account), gained }, block.timestamp)
    if (outcome === 'used') this.ask(account, block.timestamp)
    if (outcome === 'unclear' && before) this.#doubt({ from: before.block, until: block })
  }

  #doubt({ from, until }: Stretch): void {
    const earlier = this.#unclear
    this.#unclear = { from: earlier && earlier.from.number < from.number ? earlier.from : from, until }
  }

  #of(key: string): Account {
    const known = this.#accounts.get(key)
    if (known) return known
    const unknown = { lastUse: null, seen: null, unseen: null }
    this.#accounts.set(key, unknown)
    return unknown
  }
}

type Seen = { account: SubAccountPosition; block: Block; ledger: bigint }

const NO_MOVES = { paid: false, putBack: 0n, retrieved: false }

/** What of the wallet's own transactions changed one sub-account. */
function movesOf(intents: readonly Intent[], id: SubAccountId): Omit<OwnMoves, 'gained'> {
  if (intents.length === 0) return NO_MOVES
  const key = keyOf(id)
  const own = intents.filter(({ touches }) => touches.some((one) => keyOf(one) === key))
  const transfers = own.filter(({ subAccount }) => subAccount !== null)
  return {
    paid: transfers.some(({ claim, amount }) => claim === undefined && amount > 0n),
    putBack: transfers.reduce((sum, { claim, amount }) => (claim === undefined ? sum : sum + amount), 0n),
    retrieved: own.some(({ call }) => call.method === 'retrieveFund'),
  }
}
