import { createRecentSet } from '../base/recent-set.ts'
import type { Emit } from './emit.ts'

/** More than the lane remembers of them, so that none is told twice. */
const REMEMBERED = 2_000

export type ForeignWatchOptions = {
  /** Nonces that the journal does not know, in the node's pool or mined. */
  foreignNonces: () => readonly number[]
  emit: Emit
}

/** Tells each nonce of the wallet that another program uses, once. */
export type ForeignWatch = { look(): void }

export function createForeignWatch({ foreignNonces, emit }: ForeignWatchOptions): ForeignWatch {
  const told = createRecentSet<number>(REMEMBERED)
  return {
    look() {
      for (const nonce of foreignNonces()) {
        if (told.add(nonce)) emit({ type: 'foreign-transaction.seen', nonce })
      }
    },
  }
}
