import { roomOf } from '../base/room.ts'

/** Parts that few connections use: each is a chunk of its own, which a page loads once it is needed. */
export const rooms = {
  guard: roomOf(() => import('./chain-guard.ts')),
  largeCalls: roomOf(() => import('./http-sender.ts')),
  links: roomOf(() => import('./provider-link.ts')),
  market: roomOf(() => import('./market.ts')),
  mistakes: roomOf(() => import('./connection-mistakes.ts')),
  nonces: roomOf(() => import('./nonces.ts')),
  otherProviders: roomOf(() => import('./ethers-rpc.ts')),
  otherVersions: roomOf(() => import('./other-versions.ts')),
  services: roomOf(() => import('./service.ts')),
  settlements: roomOf(() => import('./settlements.ts')),
  signing: roomOf(() => import('./signing.ts')),
  tokens: roomOf(() => import('./tokens.ts')),
}

/** What calls of a broker with a signer need: it is loaded before the broker is open, so that none of them waits for code. */
export function roomsOfSigner() {
  const { market, nonces, otherVersions, services, settlements, signing, tokens } = rooms
  return { market, nonces, otherVersions, services, settlements, signing, tokens }
}
