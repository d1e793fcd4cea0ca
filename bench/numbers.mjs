import { setTimeout as sleep } from 'node:timers/promises'

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

export const toOg = (wei) => Number(wei) / 1e18

/** Beside its own calls ethers asks for the chain's id, unless it is told that it never changes: what is left without. */
export function withoutChainId({ reference, ours }) {
  const rest = ({ calls, methods }) => (calls - (methods.eth_chainId ?? 0)).toFixed(1)
  return `without eth_chainId ${rest(reference)} and ${rest(ours)}`
}

/** Asks again and again until the answer is truthy; null when that takes too long. */
export async function until(ask, { withinMs, everyMs = 50 }) {
  const end = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) return null
    await sleep(everyMs)
  }
}
