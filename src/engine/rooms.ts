import { roomOf } from '../base/room.ts'

/** What not every broker uses. */
export const rooms = {
  streams: roomOf(() => import('../streams/streams.ts')),
  log: roomOf(() => import('../events/log-event.ts')),
  tracing: roomOf(() => import('../tracing/traces.ts')),
  sending: roomOf(() => import('./sending.ts')),
}
