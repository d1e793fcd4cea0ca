import { roomOf } from '../base/room.ts'

/** What not every broker uses. */
export const rooms = {
  sending: roomOf(() => import('./sending.ts')),
}
