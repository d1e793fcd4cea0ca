import { bytesOf, MAX_DELIVERABLE_ID_BYTES, MAX_DELIVERABLES } from './constants.ts'
import { Revert } from './revert.ts'

/** A result of fine-tuning, to be acknowledged by the user and then paid. Bytes as hex, time in seconds. */
export type Deliverable = {
  id: string
  modelRootHash: string
  encryptedSecret: string
  acknowledged: boolean
  timestamp: number
  settled: boolean
}

/** A ring: once it is full, `head` is the oldest, and the next one takes its place. */
export type Deliverables = { ring: readonly Deliverable[]; head: number }

export const noDeliverables: Deliverables = { ring: [], head: 0 }

/** Oldest first. */
export function inOrder({ ring, head }: Deliverables): Deliverable[] {
  return [...ring.slice(head), ...ring.slice(0, head)]
}

export function find({ ring }: Deliverables, id: string): Deliverable {
  const found = ring.find((one) => one.id === id)
  if (!found) throw new Revert('DeliverableNotExists', { id })
  return found
}

export function replace(all: Deliverables, by: Deliverable): Deliverables {
  return { ...all, ring: all.ring.map((one) => (one.id === by.id ? by : one)) }
}

/** @throws Revert for an id that no string of the contract may have */
export function checkId(id: string): void {
  const length = bytesOf(id)
  if (length === 0 || length > MAX_DELIVERABLE_ID_BYTES)
    throw new Revert('DeliverableIdInvalidLength', { length: BigInt(length) })
}

/** Adds one; a full ring gives up its oldest, which must have been paid. */
export function add(all: Deliverables, added: Deliverable): { deliverables: Deliverables; evicted: string | null } {
  const { ring, head } = all
  if (ring.some(({ id }) => id === added.id)) throw new Revert('DeliverableAlreadyExists', { id: added.id })
  const latest = inOrder(all).at(-1)
  if (latest && !latest.acknowledged) throw new Revert('PreviousDeliverableNotAcknowledged', { id: latest.id })
  if (ring.length < MAX_DELIVERABLES) return { deliverables: { ring: [...ring, added], head }, evicted: null }
  const oldest = ring[head]
  if (oldest && !oldest.settled) throw new Revert('CannotEvictUnsettledDeliverable', { id: oldest.id })
  const next = ring.map((one, index) => (index === head ? added : one))
  return { deliverables: { ring: next, head: (head + 1) % MAX_DELIVERABLES }, evicted: oldest?.id ?? null }
}
