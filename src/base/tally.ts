/** Counts and sums of one thing by its labels. */
export type Tally<Labels extends Readonly<Record<string, string>>> = {
  /** `amount` in wei is summed up, where the thing has one. */
  add(labels: Labels, amount?: bigint): void
  read(): (Labels & { count: number; amount: bigint })[]
}

/** A wallet has far fewer; what comes beyond them is dropped, so that nothing from outside can fill the memory. */
const MOST_ENTRIES = 1_000

/** @param keyOf what tells labels apart, where that is at hand: by default it is put together of all of them */
export function createTally<Labels extends Readonly<Record<string, string>>>(
  keyOf: (labels: Labels) => string = (labels) => Object.values(labels).join('\n'),
): Tally<Labels> {
  return new Counter(keyOf)
}

class Counter<Labels extends Readonly<Record<string, string>>> implements Tally<Labels> {
  readonly #keyOf: (labels: Labels) => string
  /** Null before the first: most of a wallet's tallies stay empty. */
  #entries: Map<string, Labels & { count: number; amount: bigint }> | null = null

  constructor(keyOf: (labels: Labels) => string) {
    this.#keyOf = keyOf
  }

  add(labels: Labels, amount = 0n): void {
    const entries = (this.#entries ??= new Map())
    const key = this.#keyOf(labels)
    const entry = entries.get(key)
    if (entry) {
      entry.count += 1
      entry.amount += amount
    } else if (entries.size < MOST_ENTRIES) entries.set(key, { ...labels, count: 1, amount })
  }

  read(): (Labels & { count: number; amount: bigint })[] {
    return Array.from(this.#entries?.values() ?? [], (entry) => ({ ...entry }))
  }
}

/** An entry of a tally that only counts. */
export function withoutAmount<T extends { amount: bigint }>({ amount: _amount, ...one }: T): Omit<T, 'amount'> {
  return one
}
