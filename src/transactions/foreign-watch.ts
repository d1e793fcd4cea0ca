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
  const { ownNonces, blockTimeMs, onQuiet, clock } = options
  /** The nonce count at the last reading that asked for it. */
  let known: number | null = null
  let balance: bigint | null = null
  /** The next reading counts the nonces, also where the balance did not move. */
  let isDue = options.looksLate !== true
  /** Block of the last reading. */
  let lastBlock: number | null = null
  let isReported = false
  const reported = createRecentSet<number>(REMEMBERED)
  let seen = 0
  const latest: number[] = []
  let hold: ForeignHold | null = null
  let cancel: () => void = () => undefined

  return {
    begin(count) {
      known ??= count
    },
    report(nonce) {
      if (!reported.add(nonce)) return
      isReported = true
      note([nonce])
    },
    async look(blockNumber, wallet, port) {
      const isNew = await countNew(blockNumber, wallet, port)
      const now = { number: blockNumber, timestamp: wallet.timestamp, ms: clock.now(), blockTimeMs: blockTimeMs() }
      hold = holdAfter(hold, now, isNew || isReported)
      isReported = false
      if (isHolding(hold)) readAgain(now)
    },
    isHolding: () => isHolding(hold),
    seen: () => seen,
    nonces: () => latest,
    close: () => cancel(),
  }

  /** Whether the block has foreign transactions that earlier readings had not. A node that does not answer is asked at the next one. */
  async function countNew(blockNumber: number, wallet: WalletAt, port: CountPort): Promise<boolean> {
    const isMoved = balance !== null && balance !== wallet.balance
    balance = wallet.balance
    isDue ||= isMoved
    const before = lastBlock
    lastBlock = blockNumber
    if (!isDue) return false
    if (known === null && before !== null) known = await port.transactionCount(before).catch(() => null)
    const count = await port.transactionCount(blockNumber).catch(() => null)
    if (count === null) return false
    // A balance that is newer than the block is explained by the next count.
    isDue = isMoved
    const all = known === null ? [] : foreignNonces({ seen: known, latest: count }, ownNonces())
    // Another broker that shares the lane may have looked at a newer block before.
    const nonces = all.filter((nonce) => !reported.has(nonce) && !latest.includes(nonce))
    known = count
    note(nonces)
    return nonces.length > 0
  }

  function note(nonces: readonly number[]): void {
    seen += nonces.length
    latest.push(...nonces)
    latest.splice(0, Math.max(0, latest.length - REMEMBERED))
  }

  function readAgain(now: Moment): void {
    cancel()
    if (hold) cancel = clock.after(msUntilQuiet(hold, now), onQuiet, { idle: true })
  }
}
