import type { Movement } from '../../../local/fleet-chain.ts'
import { og, short } from '../../screen/words.ts'

/** What providers charged, what wallets paid them, and what is left: by the chain's own blocks. */
export type Books = {
  /** What each sub-account had at first, and is kept at. */
  level: bigint
  needed: readonly Movement[]
  paid: readonly Movement[]
  available: readonly Movement[]
}

export const sumOf = (all: readonly Movement[]): bigint => all.reduce((sum, { amount }) => sum + amount, 0n)

/** All faults in words: empty when each charge was answered by payments of exactly its amount, and of each sub-account by itself. */
export function faultsOf({ level, needed, paid, available }: Books): string[] {
  const byAccount = new Map<string, bigint>()
  const add = (all: readonly Movement[], sign: bigint): void => {
    for (const one of all) byAccount.set(keyOf(one), (byAccount.get(keyOf(one)) ?? 0n) + sign * one.amount)
  }
  add(needed, -1n)
  add(paid, 1n)
  const wrong = [...byAccount].filter(([, difference]) => difference !== 0n)
  const uneven = available.filter(({ amount }) => amount !== level)
  return [
    ...wrong.map(
      ([key, difference]) =>
        `${key}: ${og(difference < 0n ? -difference : difference)} too ${difference < 0n ? 'little' : 'much'} was paid.`,
    ),
    ...uneven.map((one) => `${keyOf(one)}: ${og(one.amount)} are left instead of ${og(level)}.`),
  ]
}

const keyOf = ({ wallet, provider }: Movement): string => `${short(wallet)} with ${short(provider)}`
