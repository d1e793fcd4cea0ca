import { toAddress } from '../chain/address.ts'

const PRIME = 0x01000193
const SEEDS = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1, 0xd3a2646c, 0xfd7046c5]

/** Hashes a text to 32 bytes with FNV-1a: deterministic, not secure. */
export function fakeHash(text: string): string {
  return `0x${SEEDS.map((seed) => word(text, seed)).join('')}`
}

/** An address without a known key. */
export const fakeAddress = (name: string): string => toAddress(fakeHash(name).slice(0, 42))

/** 65 bytes in the form of a signature. */
export const fakeSignature = (text: string): string => `${fakeHash(`r ${text}`)}${fakeHash(`s ${text}`).slice(2)}1b`

function word(text: string, seed: number): string {
  let hash = seed
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME)
  // Without this mixing the last characters would change the low bits only.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return ((hash ^ (hash >>> 15)) >>> 0).toString(16).padStart(8, '0')
}
