/** Counts and sums of one thing by its labels. */
export type Tally<Labels extends Readonly<Record<string, string>>> = {
  /** `amount` in wei is summed up, where the thing has one. */
  add(labels: Labels, amount?: bigint): void
  read(): (Labels & { count: number; amount: bigint })[]
}

/** A wallet has far fewer; what comes beyond them is dropped, so that nothing from outside can fill the memory. */
const MOST_ENTRIES = 1_000

export function createTally<Labels extends Readonly<Record<string, string>>>(): Tally<Labels> {
  const entries = new Map<string, Labels & { count: number; amount: bigint }>()
  return {
    add(labels, amount = 0n) {
      const key = Object.values(labels).join('\n')
      const entry = entries.get(key)
      if (entry) {
        entry.count += 1
        entry.amount += amount
      } else if (entries.size < MOST_ENTRIES) entries.set(key, { ...labels, count: 1, amount })
    },
    read: () => Array.from(entries.values(), (entry) => ({ ...entry })),
  }
}
