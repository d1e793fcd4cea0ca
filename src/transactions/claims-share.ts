import { SparseSet } from '../base/sparse.ts'
import type { Claim } from './journal.types.ts'
import type { OpenClaims } from './workflows.ts'

/** The claims of a lane, of which this broker brings its own to their end. */
export class ClaimsShare implements OpenClaims {
  readonly #claims: OpenClaims
  readonly #throwIfLeft: () => void
  /** By id. */
  readonly #own = new SparseSet<string>()

  constructor(claims: OpenClaims, throwIfLeft: () => void) {
    this.#claims = claims
    this.#throwIfLeft = throwIfLeft
  }

  list(): Claim[] {
    return this.#claims.list()
  }

  async begin(claim: Claim): Promise<void> {
    this.#throwIfLeft()
    await this.#claims.begin(claim)
  }

  async end(id: string): Promise<void> {
    this.#throwIfLeft()
    await this.#claims.end(id)
  }

  rest(id: string, mayChange: () => boolean): void {
    this.#claims.rest(id, mayChange)
  }

  get underway(): OpenClaims['underway'] {
    const [{ underway }, own] = [this.#claims, this.#own]
    return {
      has: (id) => underway.has(id),
      add(id) {
        own.add(id)
        underway.add(id)
      },
      delete(id) {
        // After this broker has left, another one may have taken the claim up.
        if (own.delete(id)) underway.delete(id)
      },
    }
  }

  leave(): void {
    for (const id of this.#own) this.#claims.underway.delete(id)
    this.#own.clear()
  }
}
