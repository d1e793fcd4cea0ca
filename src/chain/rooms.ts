import { roomOf } from '../base/room.ts'

/** What few connections use. */
export const rooms = {
  links: roomOf(() => import('./provider-link.ts')),
  market: roomOf(() => import('./market.ts')),
  nonces: roomOf(() => import('./nonces.ts')),
  services: roomOf(() => import('./service.ts')),
  settlements: roomOf(() => import('./settlements.ts')),
  signing: roomOf(() => import('./signing.ts')),
  tokens: roomOf(() => import('./tokens.ts')),
}
