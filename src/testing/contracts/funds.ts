import type { Storage } from './storage.ts'

/** Who owns how much ETH, contracts included, in wei. */
export type Funds = ReturnType<typeof createFunds>

export function createFunds(storage: Storage) {
  const balances = storage.table<bigint>()
  const of = (address: string): bigint => balances.get(address) ?? 0n
  return {
    of,
    /** Makes money out of nothing. */
    mint: (address: string, amount: bigint) => balances.set(address, of(address) + amount),
    /** Takes money away for good: gas. */
    burn: (address: string, amount: bigint) => take(address, amount),
    move(from: string, to: string, amount: bigint): void {
      if (amount === 0n) return
      take(from, amount)
      balances.set(to, of(to) + amount)
    },
  }

  function take(address: string, amount: bigint): void {
    const left = of(address) - amount
    if (left < 0n) throw new RangeError(`${address} has ${-left} wei too little.`)
    balances.set(address, left)
  }
}
