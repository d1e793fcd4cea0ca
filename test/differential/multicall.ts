import { multicallAbi } from '../../src/chain/abi.ts'

export type Outcome = { ok: boolean; data: string }

export function encodeCalls(calls: readonly (readonly [to: string, data: string])[]): string {
  return multicallAbi.encodeFunctionData('aggregate3', [calls.map(([to, data]) => [to, true, data])])
}

/** The answer of aggregate3. By hand: a hundred answers a hundred thousand times take ethers longer than the contracts. */
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
