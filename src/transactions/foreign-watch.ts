import type { Clock } from '../base/clock.ts'
import { createRecentSet } from '../base/recent-set.ts'
import type { TransactionPort } from '../chain/port.ts'
import { holdAfter, isHolding, msUntilQuiet, type ForeignHold, type Moment } from './foreign-hold.policy.ts'
import { foreignNonces, type OwnNonces } from './nonce-reading.policy.ts'

export type ForeignWatchOptions = {
  ownNonces: () => OwnNonces
  blockTimeMs: () => number
  /** The nonces are not counted before the balance moves. */
  looksLate?: boolean | undefined
  /** Called when a reading may find the wallet quiet again. */
  onQuiet: () => void
  clock: Clock
}

/** The nonces of so many foreign transactions are remembered. */
const REMEMBERED = 1_000

type CountPort = Pick<TransactionPort, 'transactionCount'>

/** What a position shows of the lane's wallet: its balance in wei, at a block time in seconds. */
export type WalletAt = { timestamp: number; balance: bigint }

/** Transactions of the wallet that the lane did not send: another program has the key, or another machine. */
export type ForeignWatch = {
  /** The nonce count before the first reading. */
  begin(count: number): void
  /** A nonce that the lane gave to a transaction was spent by another one. Said again, it changes nothing. */
  report(nonce: number): void
  /**
   * Looks for them at the block of a position, by the node that it is from. Each transaction costs gas, so the nonces are counted only
   * where the balance is not that of the last reading.
   */
  look(blockNumber: number, wallet: WalletAt, port: CountPort): Promise<void>
  /** What pays waits until the wallet is quiet. */
  isHolding(): boolean
  /** How many were seen so far. */
  seen(): number
  /** The nonces of the latest of them. */
  nonces(): readonly number[]
  close(): void
}

export function createForeignWatch(options: ForeignWatchOptions): ForeignWatch {
  return new CountedNonces(options)
}

class CountedNonces implements ForeignWatch {
  readonly #options: ForeignWatchOptions
  /** The nonce count at the last reading that asked for it. */
  #known: number | null = null
  #balance: bigint | null = null
  /** The next reading counts the nonces, also where the balance did not move. */
  #isDue: boolean
  /** Block of the last reading. */
  #lastBlock: number | null = null
  #isReported = false
  readonly #reported = createRecentSet<number>(REMEMBERED)
  #seen = 0
  #latest: readonly number[] = []
  #hold: ForeignHold | null = null
  #cancel: (() => void) | null = null

  constructor(options: ForeignWatchOptions) {
    this.#options = options
    this.#isDue = options.looksLate !== true
  }

  begin(count: number): void {
    this.#known ??= count
  }

  report(nonce: number): void {
    if (!this.#reported.add(nonce)) return
    this.#isReported = true
    this.#note([nonce])
  }

  async look(blockNumber: number, wallet: WalletAt, port: CountPort): Promise<void> {
    const { clock, blockTimeMs } = this.#options
    const isNew = await this.#countNew(blockNumber, wallet, port)
    const now = { number: blockNumber, timestamp: wallet.timestamp, ms: clock.now(), blockTimeMs: blockTimeMs() }
    this.#hold = holdAfter(this.#hold, now, isNew || this.#isReported)
    this.#isReported = false
    if (this.isHolding()) this.#readAgain(now)
  }

  isHolding(): boolean {
    return isHolding(this.#hold)
  }

  seen(): number {
    return this.#seen
  }

  nonces(): readonly number[] {
    return this.#latest
  }

  close(): void {
    this.#cancel?.()
  }

  /** Whether the block has foreign transactions that earlier readings had not. A node that does not answer is asked at the next one. */
  async #countNew(blockNumber: number, wallet: WalletAt, port: CountPort): Promise<boolean> {
    const isMoved = this.#balance !== null && this.#balance !== wallet.balance
    this.#balance = wallet.balance
    this.#isDue ||= isMoved
    const before = this.#lastBlock
    this.#lastBlock = blockNumber
    if (!this.#isDue) return false
    if (this.#known === null && before !== null) this.#known = await port.transactionCount(before).catch(() => null)
    const count = await port.transactionCount(blockNumber).catch(() => null)
    if (count === null) return false
    // A balance that is newer than the block is explained by the next count.
    this.#isDue = isMoved
    const seen = this.#known
    const all = seen === null ? [] : foreignNonces({ seen, latest: count }, this.#options.ownNonces())
    // Another broker that shares the lane may have looked at a newer block before.
    const nonces = all.filter((nonce) => !this.#reported.has(nonce) && !this.#latest.includes(nonce))
    this.#known = count
    this.#note(nonces)
    return nonces.length > 0
  }

  #note(nonces: readonly number[]): void {
    if (nonces.length === 0) return
    this.#seen += nonces.length
    this.#latest = [...this.#latest, ...nonces].slice(-REMEMBERED)
  }

  #readAgain(now: Moment): void {
    const { clock, onQuiet } = this.#options
    this.#cancel?.()
    if (this.#hold) this.#cancel = clock.after(msUntilQuiet(this.#hold, now), onQuiet, { idle: true })
  }
}
