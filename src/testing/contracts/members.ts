import type { Storage } from './storage.ts'
import { wordsOfSet, type Layout } from './words.ts'

/** An ordered set like the contracts': a removal moves the last member to the gap. */
export type Members = {
  of(key: string): readonly string[]
  add(key: string, member: string): void
  remove(key: string, member: string): void
}

export function createMembers(storage: Storage, layout: Layout = wordsOfSet): Members {
  const table = storage.table<readonly string[]>(layout)
  const of = (key: string) => table.get(key) ?? []
  return {
    of,
    add: (key, member) => table.set(key, [...of(key), member]),
    remove(key, member) {
      const members = of(key)
      const last = members.at(-1)
      if (last === undefined || !members.includes(member)) return
      const rest = members.slice(0, -1)
      table.set(key, member === last ? rest : rest.map((one) => (one === member ? last : one)))
    },
  }
}
