import type { Block, Position } from '../../machines/position.types.ts'
import type { Outcome } from './batch.ts'
import type { Digests } from './digests.ts'

/** A position as of a later block, made of the same answers. */
export type PositionAt = (block: Block) => Position

/** The answers that a wallet's last position was made of, by their digest: where they are the same, they are not decoded anew. */
export type LastAnswers = {
  /**
   * Asks the node for the digest alone.
   *
   * @returns null where the answers must be read
   */
  look(): Promise<Position | null>
  /** The position of these answers; null where they are others than the last ones. */
  again(outcomes: readonly (Outcome | undefined)[], block: Block): Position | null
  /** The answers seen last are those of this position; null for one that is made of others too. */
  keep(position: PositionAt | null): void
}

export function createLastAnswers({ digests, wallet }: { digests: Digests; wallet: string }): LastAnswers {
  let seen: string | null = null
  let known: { digest: string; at: PositionAt } | null = null
  /** The answers to the last two questions were the same: the next ones are likely to be, too. */
  let isSteady = false

  return {
    async look() {
      if (!known || !isSteady) return null
      const { digest, at } = known
      // Where the node fails, the next reading asks for the answers.
      isSteady = false
      const answer = await digests.read(wallet)
      isSteady = answer?.digest === digest
      return answer && isSteady ? at(answer.block) : null
    },
    again(outcomes, block) {
      seen = digests.of(outcomes)
      isSteady = seen !== null && seen === known?.digest
      return known && isSteady ? known.at(block) : null
    },
    keep(at) {
      known = at && seen !== null ? { digest: seen, at } : null
    },
  }
}
