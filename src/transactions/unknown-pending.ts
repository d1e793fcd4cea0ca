import { Lazy, mapOf } from '../base/lazy.ts'
import type { TransactionPort } from '../chain/port.ts'
import { readNonces, type OwnNonces } from './nonce-reading.policy.ts'

/** What waits further above the spent nonces than a lane leaves open counts as forgotten: its gap is not filled. */
const NEAR = 16
/** In a pool that lost a transaction it is missing in this many readings in a row. */
const READINGS_UNTIL_GONE = 3
/** A node that shows another gap after each one that is filled must not spend the wallet's gas for ever. */
const MOST_FILLED = 16

/** Nonces in the node's pool that the journal does not know: until the chain shows their outcome nothing is paid. */
export type UnknownPending = {
  /** In rising order. */
  nonces(): readonly number[]
  report(nonces: readonly number[]): void
  /**
   * Looks at the pool once: an earlier process may have left what the journal does not know. Where the node does not answer, the next
   * call looks again.
   *
   * @returns how many nonces the chain has spent
   */
  look(): Promise<number>
  /** The node has answered. */
  hasLooked(): boolean
  /** Looks again for a node's position at this block: a plan from it must show what became of them. */
  check(blockNumber: number, from: UnknownPendingOptions['port']): Promise<void>
}

export type UnknownPendingOptions = {
  port: Pick<TransactionPort, 'transactionCount' | 'pooledNonces'>
  ownNonces: () => OwnNonces
  /** Called with a free nonce that keeps an unknown transaction of the pool from being mined. */
  onGap: (nonce: number) => void
}

export function createUnknownPending(options: UnknownPendingOptions): UnknownPending {
  return new HeldNonces(options)
}

const NONE: readonly number[] = []

class HeldNonces implements UnknownPending {
  readonly #options: UnknownPendingOptions
  /** How many readings in a row have missed each nonce. */
  readonly #held = new Lazy(mapOf<number, number>)
  #gap: { nonce: number; readings: number } | null = null
  #filled = 0
  #looking: Promise<number> | null = null
  #hasLooked = false

  constructor(options: UnknownPendingOptions) {
    this.#options = options
  }

  nonces(): readonly number[] {
    const held = this.#held.made
    return held ? [...held.keys()].toSorted((a, b) => a - b) : NONE
  }

  report(found: readonly number[]): void {
    for (const nonce of found) this.#held.part.set(nonce, 0)
  }

  async look(): Promise<number> {
    try {
      return await (this.#looking ??= this.#look())
    } catch (error) {
      this.#looking = null
      throw error
    }
  }

  hasLooked(): boolean {
    return this.#hasLooked
  }

  async check(blockNumber: number, from: UnknownPendingOptions['port']): Promise<void> {
    const held = this.#held.made
    if (!held || held.size === 0) return
    const [spent, pending, pooled] = await Promise.all([
      from.transactionCount(blockNumber),
      from.transactionCount('pending'),
      from.pooledNonces(),
    ])
    const unknown = [
      ...readNonces({ latest: spent, pending, pooled }, this.#options.ownNonces()).unknown,
      ...this.#unknownIn(pooled, spent).filter((nonce) => held.has(nonce)),
    ]
    this.#lookBelow(Math.min(...unknown), { spent, pooled })
    for (const [nonce, missing] of held) {
      // The position shows the outcome once its own block counts the nonce as spent.
      if (nonce < spent || (!unknown.includes(nonce) && missing + 1 >= READINGS_UNTIL_GONE)) held.delete(nonce)
      else held.set(nonce, missing + 1)
    }
    this.report(unknown)
  }

  async #look(): Promise<number> {
    const { port, ownNonces } = this.#options
    const [latest, pending, pooled] = await Promise.all([
      port.transactionCount('latest'),
      port.transactionCount('pending'),
      port.pooledNonces(),
    ])
    this.report(readNonces({ latest, pending }, ownNonces()).unknown)
    this.report(this.#unknownIn(pooled, latest))
    this.#hasLooked = true
    return latest
  }

  /** The pool may hold more than its count says: what waits above a free nonce. */
  #unknownIn(pooled: readonly number[] | null, spent: number): number[] {
    const { open, mined } = this.#options.ownNonces()
    const isNear = (nonce: number): boolean => nonce >= spent && nonce < spent + NEAR
    return (pooled ?? []).filter((nonce) => isNear(nonce) && !open.has(nonce) && !mined.has(nonce))
  }

  /** A nonce below the lowest unknown one that stays free keeps the chain from showing the outcome. */
  #lookBelow(lowest: number, { spent, pooled }: { spent: number; pooled: readonly number[] | null }): void {
    const { open, mined } = this.#options.ownNonces()
    const before = this.#gap
    this.#gap = null
    let free = spent
    while (free < lowest && (open.has(free) || mined.has(free) || pooled?.includes(free))) free += 1
    if (!pooled || free >= lowest || lowest === Infinity) return
    const gap = { nonce: free, readings: before?.nonce === free ? before.readings + 1 : 1 }
    if (gap.readings < READINGS_UNTIL_GONE) {
      this.#gap = gap
      return
    }
    if (this.#filled >= MOST_FILLED) return
    this.#filled += 1
    this.#options.onGap(free)
  }
}
