import { parseEther as og } from 'ethers'
import { expect } from 'vitest'
import { weiToOg } from '../../src/index.ts'
import { isDeposit } from '../../src/transactions/intent.ts'
import type { MonthLife, MonthTerms } from './month-life.ts'

/** With default options: 2 × 1 OG. */
const REQUIRED = og('2')
/** What a payment is raised to, and what is not worth the gas of a deposit. */
const DUST = og('0.1')
/** What a deposit leaves in the wallet for gas. */
const GAS = og('0.1')
const DAY = 24 * 60
const WEEK = 7 * DAY
/** From a decision until the chain shows it: a process may be lost in between. */
const UNTIL_MINED = 180
/** From a reading until its deposit and then its top-ups are mined. */
const TO_SEND = 2
const ANOMALY = 10
const LONGEST_BACK_OFF = 75

type Now = ReturnType<MonthLife['now']>
type Account = Now['accounts'][number]
type Paid = { minute: number; amount: bigint }

/**
 * What must be true of a month, minute by minute; it looks at the chain alone. A sub-account is neglected where it
 * would be below the required amount even without what was used during its grace, and where during all of that grace a process
 * ran, the node answered, and money and limits allowed to send what was missing. The grace: one interval until the reading, the
 * time to send, and, where jumps of the burn are held, the longest hold and another interval.
 */
export function createMonthLaw({ interval, feesAreKnown, deposit, funding }: MonthTerms) {
  const deposits: Paid[] = []
  const topUps: Paid[][] = funding.map(() => [])
  let before: readonly Account[] = funding.map(() => NOTHING)
  let inside = 0n
  /** What had been used or charged up to each minute. */
  const spent: bigint[][] = funding.map(() => [0n])
  /** The last minute at which each was low for a reason that no money could have changed. */
  const heldAt = funding.map(() => 0)
  let unableAt = 0
  let trouble = { from: 0, until: 0 }
  const largestStep = most(funding.map(({ step }) => step ?? 0n))
  const largestReserve = most(funding.map(({ ledgerReserve }) => ledgerReserve))
  /** What each may have available beside what its provider is owed: its target, and what payments are raised to. */
  const mostIn = funding.map(({ target, step }) => og(String(target)) + (step ?? 0n) + DUST)

  return {
    see(now: Now): void {
      const { minute, accounts } = now
      notePayments(now)
      noteTrouble(now)
      const ledger = now.position.ledger?.available ?? 0n
      if (ledger > (deposit.maxLedger ?? ledger)) broken('the ledger has more than maxLedger', now)
      if ('target' in deposit.levels && ledger > mostInLedger(accounts, deposit.levels.target))
        broken('a deposit was more than what was missing', now)
      for (const [index, account] of accounts.entries()) {
        const free = freeOf(account)
        if (free > (mostIn[index] ?? 0n)) broken(`a top-up of account ${index} was more than what was missing`, now)
        spent[index]?.push(feesAreKnown ? account.used : account.charged)
        if (free < REQUIRED && isExcused(now, index)) heldAt[index] = minute
        if (isNeglected(now, index)) broken(`account ${index} is short, and nothing was in the way`, now)
      }
      before = accounts
    },
  }

  function broken(law: string, { minute, ...now }: Now): never {
    const time = `day ${Math.floor(minute / DAY)}, ${Math.floor((minute % DAY) / 60)}:${String(minute % 60).padStart(2, '0')}`
    const facts = JSON.stringify({ minute, ...now, deposits, topUps, unableAt, heldAt }, (_, value: unknown) =>
      typeof value === 'bigint' ? `${weiToOg(value)} OG` : value,
    )
    throw new Error(`${time}: ${law}. ${facts}`)
  }

  function notePayments(now: Now): void {
    const { minute, position, accounts } = now
    const total = sum(accounts.map(({ balance, charged }) => balance + charged)) + (position.ledger?.available ?? 0n)
    if (total > inside) {
      deposits.push({ minute, amount: total - inside })
      if (position.wallet.balance < deposit.gasReserve - GAS) broken('a deposit took what the wallet keeps', now)
      if (isOver(deposits, deposit.budget, minute)) broken('the budget of deposits is spent twice', now)
    }
    inside = total
    for (const [index, { balance, charged }] of accounts.entries()) {
      const last = before[index] ?? NOTHING
      const amount = balance + charged - last.balance - last.charged
      if (amount === 0n) continue
      const own = topUps[index] ?? []
      own.push({ minute, amount })
      if (isOver(own, funding[index]?.budget ?? null, minute))
        broken(`the budget of account ${index} is spent twice`, now)
    }
  }

  /** After an outage a failed payment waits for as long again, at most. */
  function noteTrouble({ minute, outage, isDown }: Now): void {
    if (outage) {
      if (minute > trouble.until) trouble = { from: minute, until: minute }
      trouble.until = minute + Math.min(LONGEST_BACK_OFF, Math.ceil(1.25 * (minute - trouble.from + 1)))
    }
    if (isDown || minute <= trouble.until) unableAt = minute
  }

  /** Whether it has been low for longer than reading and paying take, though money was there and nothing was in the way. */
  function isNeglected({ minute, accounts }: Now, index: number): boolean {
    const since = minute - graceOf(index)
    const lately = (spent[index]?.[minute] ?? 0n) - (spent[index]?.[Math.max(since, 0)] ?? 0n)
    const isLow = freeOf(accounts[index] ?? NOTHING) + lately < REQUIRED
    return isLow && since > Math.max(unableAt, heldAt[index] ?? 0)
  }

  function graceOf(index: number): number {
    // What limits or the ledger leave over after a first payment may wait for another reading.
    return 2 * interval + TO_SEND + (funding[index]?.anomaly === 'off' ? 0 : interval + ANOMALY)
  }

  /** Whether limits or a lack of money keep it low. */
  function isExcused({ minute, position, accounts }: Now, index: number): boolean {
    const { budget, ledgerReserve } = funding[index] ?? { budget: null, ledgerReserve: 0n }
    const missing = REQUIRED - freeOf(accounts[index] ?? NOTHING) + DUST + largestStep
    if (budget !== null && paidSince(topUps[index] ?? [], minute - WEEK - UNTIL_MINED) + missing > budget) return true
    const available = position.ledger?.available ?? 0n
    return available - ledgerReserve + depositable(minute, available, position.wallet.balance) < missing
  }

  function depositable(minute: number, available: bigint, wallet: bigint): bigint {
    const { maxDeposit, maxLedger, budget, cooldownMs, gasReserve } = deposit
    if ((deposits.at(-1)?.minute ?? -Infinity) + cooldownMs / 60_000 + TO_SEND > minute && cooldownMs > 0) return 0n
    const amount = least(
      wallet - gasReserve - GAS,
      maxDeposit,
      maxLedger === null ? null : maxLedger - available,
      budget === null ? null : budget - paidSince(deposits, minute - WEEK - UNTIL_MINED),
    )
    return amount < DUST ? 0n : amount
  }

  function mostInLedger(accounts: readonly Account[], target: bigint): bigint {
    const due = accounts.map((account, index) => most([(mostIn[index] ?? 0n) - freeOf(account)]))
    return target + sum(due) + largestReserve
  }

  /** What is available beside what the provider is owed, as far as the broker can know. */
  function freeOf({ available, used, charged }: Account): bigint {
    return feesAreKnown ? available - (used - charged) : available
  }
}

/** No wei is lost, and each payment that was decided on was made once. */
export async function audit(life: MonthLife, funds: bigint): Promise<void> {
  // The month may end within an outage, in which the node tells nothing of its receipts.
  life.endOutage()
  const { position, accounts } = life.now()
  const mined = await life.attempts.mined()
  expect(new Set(mined.map(({ intent }) => intent)).size).toBe(mined.length)
  const inLedger = position.ledger?.available ?? 0n
  const balances = sum(accounts.map(({ balance }) => balance))
  const charged = sum(accounts.map((one) => one.charged))
  expect(position.ledger?.total ?? 0n).toBe(inLedger + balances)
  const gas = sum(mined.map(({ gasUsed, price }) => gasUsed * price))
  expect(position.wallet.balance + inLedger + balances + charged + gas).toBe(funds)
  const paid = mined.filter(({ status }) => status === 1)
  const deposited = sum(paid.map(({ intent }) => (isDeposit(intent) ? intent.amount : 0n)))
  expect(deposited).toBe(inLedger + balances + charged)
  expect(sum(paid.map(({ intent }) => (intent.subAccount ? intent.amount : 0n)))).toBe(balances + charged)
}

const NOTHING: Account = { isOpen: false, balance: 0n, available: 0n, used: 0n, charged: 0n }

/** Payments count from their decision on, which may be some time before. */
const isOver = (paid: readonly Paid[], budget: bigint | null, minute: number): boolean =>
  budget !== null && paidSince(paid, minute - WEEK + UNTIL_MINED) > budget

const paidSince = (paid: readonly Paid[], since: number): bigint =>
  sum(paid.map(({ minute, amount }) => (minute > since ? amount : 0n)))

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n)
const most = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (a > b ? a : b), 0n)
const least = (first: bigint, ...rest: (bigint | null)[]): bigint =>
  rest.reduce<bigint>((a, b) => (b !== null && b < a ? b : a), first)
