import { isTooMuchGas } from '../transactions/too-much-gas.ts'

/** What became of a list: what was done for parts of it, and what is left where one of them failed. */
export type InParts<Item, Done> = {
  done: Done[]
  left: readonly Item[]
  /** What the first of those that are left failed with; null where none is. */
  failure: { error: unknown } | null
}

/**
 * Does work for all of a list in one transaction. What takes more gas than a block, a node or the wallet allows is done in halves, one
 * after the other, and so on down to single ones. Any other failure ends it: what was done before is a part of the outcome.
 */
export async function inHalves<Item, Done>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Promise<Done>,
): Promise<InParts<Item, Done>> {
  const done: Done[] = []
  const queue = items.length > 0 ? [items] : []
  for (let part = queue.shift(); part; part = queue.shift()) {
    try {
      done.push(await work(part))
    } catch (error) {
      if (part.length === 1 || !isTooMuchGas(error)) return { done, left: [part, ...queue].flat(), failure: { error } }
      const middle = Math.ceil(part.length / 2)
      queue.unshift(part.slice(0, middle), part.slice(middle))
    }
  }
  return { done, left: [], failure: null }
}
