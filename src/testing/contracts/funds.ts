import type { Storage } from './storage.ts'
import { noWords } from './words.ts'

export type Funds = {
  of(address: string): bigint
  /** Creates money. */
  mint(address: string, amount: bigint): void
  /** Destroys money: gas. */
  burn(address: string, amount: bigint): void
  /** @throws RangeError where `from` owns less */
  move(from: string, to: string, amount: bigint): void
}

/** The native balances of all accounts and contracts, in wei. */
export function createFunds(storage: Storage): Funds {
  // A native balance is no storage of a contract.
  const balances = storage.table<bigint>(noWords)
  const of = (address: string): bigint => balances.get(address) ?? 0n
  return {
    of,
    mint: (address, amount) => balances.set(address, of(address) + amount),
    burn: (address, amount) => take(address, amount),
    move(from, to, amount) {
      if (amount === 0n) return
      take(from, amount)
      balances.set(to, of(to) + amount)
    },
  }

  function take(address: string, amount: bigint): void {
    const left = of(address) - amount
    if (left < 0n) throw new RangeError(`${address} lacks ${-left} wei.`)
    balances.set(address, left)
  }
}
