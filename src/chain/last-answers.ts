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
  look(): Promise<Position | null> | null
  /** The position of these answers; null where they are others than the last ones. */
  again(outcomes: readonly (Outcome | undefined)[], block: Block): Position | null
  /** The answers seen last are those of this position; null for one that is made of others too. */
  keep(position: PositionAt | null): void
}

export function createLastAnswers(options: LastAnswersOptions): LastAnswers {
  return new AnswersByDigest(options)
}

type LastAnswersOptions = { digests: Digests; wallet: string }

class AnswersByDigest implements LastAnswers {
  readonly #digests: Digests
  readonly #wallet: string
  #seen: string | null = null
  #known: { digest: string; at: PositionAt } | null = null
  /** The answers to the last two questions were the same: the next ones are likely to be, too. */
  #isSteady = false

  constructor({ digests, wallet }: LastAnswersOptions) {
    this.#digests = digests
    this.#wallet = wallet
  }

  look(): Promise<Position | null> | null {
    if (!this.#known || !this.#isSteady) return null
    // Where the node fails, the next reading asks for the answers.
    this.#isSteady = false
    return this.#digests.read(this.#wallet).then((answer) => this.#compare(answer))
  }

  again(outcomes: readonly (Outcome | undefined)[], block: Block): Position | null {
    this.#seen = this.#digests.of(outcomes)
    this.#isSteady = this.#seen !== null && this.#seen === this.#known?.digest
    return this.#known && this.#isSteady ? this.#known.at(block) : null
  }

  keep(at: PositionAt | null): void {
    this.#known = at && this.#seen !== null ? { digest: this.#seen, at } : null
  }

  #compare(answer: { block: Block; digest: string } | null): Position | null {
    if (!answer || answer.digest !== this.#known?.digest) return null
    this.#isSteady = true
    return this.#known.at(answer.block)
  }
}
