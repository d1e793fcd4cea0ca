import { multicallAbi } from '../../src/chain/abi.ts'

export type Outcome = { ok: boolean; data: string }

export function encodeCalls(calls: readonly (readonly [to: string, data: string])[]): string {
  return multicallAbi.encodeFunctionData('aggregate3', [calls.map(([to, data]) => [to, true, data])])
}

/** Decodes the answer of aggregate3 by hand: ethers takes longer for it than the contracts take to compute it. */
export function decodeOutcomes(hex: string): Outcome[] {
  const word = (at: number) => Number.parseInt(hex.slice(2 + 2 * at, 2 + 2 * at + 64), 16)
  const list = word(0)
  const first = list + 32
  return Array.from({ length: word(list) }, (_, index) => {
    const outcome = first + word(first + 32 * index)
    const bytes = outcome + word(outcome + 32)
    const start = 2 + 2 * (bytes + 32)
    return { ok: word(outcome) === 1, data: `0x${hex.slice(start, start + 2 * word(bytes))}` }
  })
}
