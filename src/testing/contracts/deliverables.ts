import { bytesOf, MAX_DELIVERABLE_ID_BYTES, MAX_DELIVERABLES } from './constants.ts'
import { Revert } from './revert.ts'

/** A result of fine-tuning: the user acknowledges it, then the provider charges for it. Bytes as hex, time in seconds. */
export type Deliverable = {
  id: string
  modelRootHash: string
  encryptedSecret: string
  acknowledged: boolean
  timestamp: number
  settled: boolean
}

/** A ring buffer: in a full ring `head` is the oldest entry, which the next one replaces. */
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

/** @throws Revert for an id whose length the contract refuses */
export function checkId(id: string): void {
  const length = bytesOf(id)
  if (length === 0 || length > MAX_DELIVERABLE_ID_BYTES)
    throw new Revert('DeliverableIdInvalidLength', { length: BigInt(length) })
}

/** Adds a deliverable; in a full ring it replaces the oldest, which must be settled. */
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
