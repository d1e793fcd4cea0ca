import { roomOf } from '../base/room.ts'

/** What not every broker uses. */
export const rooms = {
  streams: roomOf(() => import('../streams/streams.ts')),
  log: roomOf(() => import('../events/log-event.ts')),
  tracing: roomOf(() => import('../tracing/traces.ts')),
  /** What signs and pays. */
  sending: roomOf(() => import('./sending.ts')),
  /** What calls that send do. */
  calls: roomOf(() => import('../managers/calls.ts')),
  endpoints: roomOf(() => import('../managers/endpoint-calls.ts')),
  refunds: roomOf(() => import('../refunds/refunds.ts')),
  closing: roomOf(() => import('../closing/closing.ts')),
  repair: roomOf(() => import('../transactions/default-repair.ts')),
}
