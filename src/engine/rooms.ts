import { roomOf } from '../base/room.ts'

/** What not every broker uses. */
export const rooms = {
  streams: roomOf(() => import('../streams/streams.ts')),
  sending: roomOf(() => import('./sending.ts')),
}
