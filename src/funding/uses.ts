import { useBetween, type OwnMoves } from '../../machines/sub-account/use.facts.ts'
import type { Use } from '../../machines/auto-funding/reclaim.types.ts'
import type { Block, Position, Settlements, SubAccountPosition } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { inFlightByAccount } from '../transactions/in-flight.ts'
import type { Intent } from '../transactions/intent.ts'
import type { InFlight } from '../transactions/lane.ts'

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

export function createUses({ minedIn, inFlight }: UsesOptions): Uses {
  const lastUse = new Map<string, number>()
  /** Each sub-account at the last reading without a transaction of its own in flight. */
  const seen = new Map<string, Seen>()
  /** The first reading of each sub-account that had one in flight from the beginning. */
  const unseen = new Map<string, Block>()
  /** Use is known from this block on, up to a time in seconds: without an end once readings follow. */
  let known: (Block & { until: number }) | null = null
  let unclear: Stretch | null = null

  return {
    knownSince: () => known,
    unclear: () => unclear,
    learn({ since, sinceBlock, until, settled, paid }) {
      for (const one of [...settled, ...paid]) use(one, one.at)
      // The logs from a chain's first block on are all of its history.
      const from = { number: sinceBlock, timestamp: sinceBlock <= 1 ? 0 : since }
      if (!known) known = { ...from, until }
      else if (until >= known.timestamp && from.timestamp < known.timestamp) known = { ...from, until: known.until }
      if (unclear && until >= unclear.until.timestamp) unclear = null
    },
    observe(position) {
      const isFirst = known?.until !== Infinity
      if (isFirst)
        known = { ...(known && known.until >= position.block.timestamp ? known : position.block), until: Infinity }
      const moving = inFlightByAccount(inFlight())
      for (const account of position.subAccounts) {
        const key = keyOf(account)
        // A reading may show a transaction whose receipt the lane has not read yet.
        const before = seen.get(key)
        if (moving.has(key)) {
          if (!before && !unseen.has(key)) unseen.set(key, position.block)
          continue
        }
        const since = unseen.get(key)
        if (since) doubt({ from: since, until: position.block })
        else if (!isFirst && position.block.number > (before?.block.number ?? 0)) compare(before, account, position)
        unseen.delete(key)
        seen.set(key, { account, block: position.block, ledger: position.ledger?.available ?? 0n })
      }
    },
    ask: use,
    of: (key) => ({ knownSince: known?.timestamp ?? null, lastAt: lastUse.get(key) ?? null }),
  }

  function compare(before: Seen | undefined, account: SubAccountPosition, { block, ledger }: Position): void {
    const own = before ? minedIn(before.block.number, block.number) : []
    const gained = before ? (ledger?.available ?? 0n) - before.ledger : 0n
    const outcome = useBetween(before?.account, account, { ...movesOf(own, account), gained }, block.timestamp)
    if (outcome === 'used') use(account, block.timestamp)
    if (outcome === 'unclear' && before) doubt({ from: before.block, until: block })
  }

  function doubt({ from, until }: Stretch): void {
    unclear = { from: unclear && unclear.from.number < from.number ? unclear.from : from, until }
  }

  function use(id: SubAccountId, at: number): void {
    const key = keyOf(id)
    lastUse.set(key, Math.max(at, lastUse.get(key) ?? 0))
  }
}

type Seen = { account: SubAccountPosition; block: Block; ledger: bigint }

/** What of the wallet's own transactions changed one sub-account. */
function movesOf(intents: readonly Intent[], id: SubAccountId): Omit<OwnMoves, 'gained'> {
  const key = keyOf(id)
  const own = intents.filter(({ touches }) => touches.some((one) => keyOf(one) === key))
  const transfers = own.filter(({ subAccount }) => subAccount !== null)
  return {
    paid: transfers.some(({ claim, amount }) => claim === undefined && amount > 0n),
    putBack: transfers.reduce((sum, { claim, amount }) => (claim === undefined ? sum : sum + amount), 0n),
    retrieved: own.some(({ call }) => call.method === 'retrieveFund'),
  }
}
