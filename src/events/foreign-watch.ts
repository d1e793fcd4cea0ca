import type { Emit } from './emit.ts'

export type ForeignWatchOptions = {
  /** Nonces that the journal does not know, in the node's pool or mined. */
  foreignNonces: () => readonly number[]
  emit: Emit
}

/** Tells each nonce of the wallet that another program uses, once. */
export type ForeignWatch = { look(): void }

export function createForeignWatch({ foreignNonces, emit }: ForeignWatchOptions): ForeignWatch {
  const told = new Set<number>()
  return {
    look() {
      for (const nonce of foreignNonces()) {
        if (told.has(nonce)) continue
        told.add(nonce)
        emit({ type: 'foreign-transaction.seen', nonce })
      }
    },
  }
}
