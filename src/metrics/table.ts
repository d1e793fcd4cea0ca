import type { Collect } from './collect.ts'
import { families, type FamilyName } from './families.ts'
import type { Family, Labels, Sample } from './family.ts'

/** The samples of one family, in their order. */
export type Row = { labels: Labels; base: Labels; suffix: string; value: number }

/** What was collected, by family. */
export type Table = {
  /** Collects for one wallet, whose labels come before those of each sample. */
  of(base: Labels): Collect
  /** Every family that has samples. */
  rows(): Iterable<readonly [Family, readonly Row[]]>
  samples(): Sample[]
}

/** @param options.merges samples of several wallets with the same labels become one */
export function createTable({ merges }: { merges: boolean }): Table {
  const all = new Map<FamilyName, Row[]>()
  const merged = new Map<string, Row>()

  return {
    of: (base) => (name, labels, value, suffix) => {
      const row = { labels, base, suffix: suffix ?? (families[name].type === 'counter' ? '_total' : ''), value }
      if (merges) {
        const key = `${name}${row.suffix}{${base.text},${labels.text}`
        const known = merged.get(key)
        if (known) {
          known.value = merge(families[name].merge, known.value, value)
          return
        }
        merged.set(key, row)
      }
      const rows = all.get(name)
      if (rows) rows.push(row)
      else all.set(name, [row])
    },
    *rows() {
      for (const name of Object.keys(families) as FamilyName[]) {
        const rows = all.get(name)
        if (rows) yield [families[name], rows]
      }
    },
    samples() {
      return Array.from(this.rows()).flatMap(([{ name }, rows]) =>
        rows.map(({ labels, base, suffix, value }) => ({
          name: name + suffix,
          labels: { ...base.values, ...labels.values },
          value,
        })),
      )
    },
  }
}

function merge(how: Family['merge'], one: number, other: number): number {
  if (how === 'sum') return one + other
  return how === 'least' ? Math.min(one, other) : Math.max(one, other)
}
