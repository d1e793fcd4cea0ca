import type { Block, Position } from '../../machines/position.types.ts'
import { isSamePosition } from '../base/same-position.ts'
import type { Outcome } from './batch.ts'
import type { Digests } from './digests.ts'

/** A position as of a later block, made of the same answers. */
export type PositionAt = (block: Block) => Position

/** The answers that a wallet's last position was made of, by their digest: where they are the same, they are not sent anew. */
export type LastAnswers = {
  /**
   * Asks the node for the digest alone.
   *
   * @returns null where the answers must be read
   */
  look(): Promise<Position | null> | null
  /** The answers read last, and the position that they make; null for a position that is made of others too. */
  keep(last: { outcomes: readonly (Outcome | undefined)[]; position: Position; at: PositionAt } | null): void
}

export function createLastAnswers(options: LastAnswersOptions): LastAnswers {
  return new AnswersByDigest(options)
}

type LastAnswersOptions = { digests: Digests; wallet: string }

class AnswersByDigest implements LastAnswers {
  readonly #digests: Digests
  readonly #wallet: string
  /** A position that has just changed has no digest: one is of use once it stays as it is. */
  #known: { position: Position; at: PositionAt; digest: string | null } | null = null
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

  keep(last: Parameters<LastAnswers['keep']>[0]): void {
    const before = this.#known
    const isSame = last !== null && before !== null && isSamePosition(before.position, last.position)
    const digest = isSame ? this.#digests.of(last.outcomes) : null
    this.#known = last && { position: last.position, at: last.at, digest }
    // What answers say beside the position may be another thing each time.
    this.#isSteady = digest !== null && (before?.digest ?? digest) === digest
  }

  #compare(answer: { block: Block; digest: string } | null): Position | null {
    if (!answer || answer.digest !== this.#known?.digest) return null
    this.#isSteady = true
    return this.#known.at(answer.block)
  }
}
