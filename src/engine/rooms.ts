import { roomOf } from '../base/room.ts'

/** Parts that not every broker uses: each is a chunk of its own, which a page loads once it is needed. */
export const rooms = {
  streams: roomOf(() => import('../streams/streams.ts')),
  log: roomOf(() => import('../events/log-event.ts')),
  tracing: roomOf(() => import('../tracing/traces.ts')),
  /** All that a broker with a signer has beside one that only watches: none of its calls waits for code. */
  sending: roomOf(() => import('./sending.ts')),
  /** What a broker that only watches makes dry runs by, and what it is seldom asked for. */
  planning: roomOf(() => import('./planning.ts')),
  closingPlan: roomOf(() => import('../closing/plan.ts')),
  repair: roomOf(() => import('../transactions/default-repair.ts')),
}
