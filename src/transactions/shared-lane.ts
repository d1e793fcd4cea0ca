import { InvalidInputError } from '../base/errors.ts'
import { createAccountLocks } from './account-locks.ts'
import type { Journal } from './journal.types.ts'
import { createLane } from './lane.ts'
import { createLaneJournal } from './lane-journal.ts'
import { createLaneMembers, SharedOptions, type LaneMember, type LaneMemberOptions } from './lane-members.ts'
import { isLeased } from './is-leased.ts'
import { createLaneShare, type SharedLane } from './lane-share.ts'

/** Whose nonces a lane gives out. */
export type LaneOwner = { chainId: bigint; genesis?: string | undefined; wallet: string }

/** By owner, then by the place of the journal. */
const lanes = new Map<string, Map<unknown, SharedLane>>()
/** Lanes whose last broker has left, by the place of the journal: it is free once they have closed. */
const closing = new Map<unknown, Promise<void>>()

/**
 * Joins the lane of a wallet, or begins it. Two lanes of one wallet would give out the same nonces, and pay the same need twice,
 * so brokers of one process share one: they see each other's transactions, in-flight amounts and account locks. The last that
 * closes its share closes the lane.
 *
 * @returns the broker's share of the lane, and its locks
 * @throws InvalidInputError where another broker of this wallet keeps its journal elsewhere, signs in another way, or has another
 *   ceiling for the price of gas
 */
export function joinLane(owner: LaneOwner, options: LaneMemberOptions): Pick<SharedLane, 'lane' | 'locks'> {
  const key = `${owner.chainId}/${owner.genesis ?? ''}/${owner.wallet}`
  const place = placeOf(options.journal)
  const places = lanes.get(key) ?? new Map<unknown, SharedLane>()
  const member: LaneMember = { isRestored: false, ...options }
  checkPlace(place, placesInUse(places), owner.wallet)
  const shared = places.get(place) ?? begin(member, place, owner)
  checkMember(member, shared.members.lead(), owner.wallet)
  shared.members.add(member)
  lanes.set(key, places.set(place, shared))
  return createLaneShare(shared, member, async () => {
    places.delete(place)
    if (places.size === 0) lanes.delete(key)
    const closed = shared.lane.close()
    // A lane that waited for an earlier one may be over before it.
    const all = Promise.allSettled([closing.get(place), closed])
    const over = all.then(() => void (closing.get(place) === over && closing.delete(place)))
    closing.set(place, over)
    await closed
  })
}

/**
 * Closes a journal that no lane of this process has: the broker that it was given to could not be opened, and nothing else would
 * close it.
 */
export async function closeUnused(journal: Journal): Promise<void> {
  const shared = [...lanes.values()].flatMap((places) => [...places.values()])
  const isUsed = shared.some((one) => [one, ...one.members.all()].some((user) => user.journal === journal))
  if (!isUsed) await journal.close()
}

function begin(first: LaneMember, place: unknown, owner: LaneOwner): SharedLane {
  const members = createLaneMembers(first)
  const options = new SharedOptions(members)
  options.journal = createLaneJournal({ ...owner, isFree: () => closing.get(place) ?? null }, options)
  const lane = createLane(options)
  return { lane, locks: createAccountLocks(lane), members, journal: first.journal }
}

/** What a journal is known by: its place, or the object itself. */
function placeOf(journal: Journal): unknown {
  return journal.place ?? journal
}

/** Places whose lanes can still send: a journal whose lease is lost takes no records. */
function placesInUse(places: ReadonlyMap<unknown, SharedLane>): unknown[] {
  return [...places].flatMap(([place, { journal }]) => (isLeased(journal) && journal.lost.aborted ? [] : [place]))
}

/** Two files of one wallet would each leave out what the other one holds. */
function checkPlace(place: unknown, others: readonly unknown[], wallet: string): void {
  const other = others.find((one) => one !== place)
  if (typeof place !== 'string' || typeof other !== 'string') return
  throw new InvalidInputError('Another broker of this process has the journal of this wallet in another place.', {
    wallet,
    journal: place,
    other,
    do: 'pass the same journal to both: two journals of one wallet may pay the same need twice',
  })
}

function checkMember(member: LaneMember, lead: LaneMember, wallet: string): void {
  const advice = { wallet, do: 'give both brokers the same, or close the other one first' }
  if ((member.port.sign === null) !== (lead.port.sign === null))
    throw new InvalidInputError('Another broker of this process signs for this wallet in another way.', {
      signer: wayOf(member),
      other: wayOf(lead),
      ...advice,
    })
  if (member.maxFeePerGas !== lead.maxFeePerGas)
    throw new InvalidInputError('Another broker of this process has another maxFeePerGas for this wallet.', {
      maxFeePerGas: ceilingOf(member),
      other: ceilingOf(lead),
      ...advice,
    })
}

const wayOf = ({ port }: LaneMember): string => (port.sign ? 'signs before it sends' : 'signs while it sends')
const ceilingOf = ({ maxFeePerGas }: LaneMember): string => (maxFeePerGas === null ? 'none' : `${maxFeePerGas} wei`)
