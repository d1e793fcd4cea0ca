import { parseEther as og } from 'ethers'
import { expect } from 'vitest'
import { InvalidInputError } from '../../src/index.ts'
import { troubledLife, type PlanConditions, type Step, type TroubledLife } from './troubled-life.ts'

/** The required amount with default options: 2 × 1 OG. */
export const REQUIRED = og('2')
export const PROVIDERS = 3
export const DEPOSIT = og('40')
export const FUNDS = og('60')

type Conditions = Pick<PlanConditions, 'reserve' | 'budget' | 'autoClaim' | 'isWallet'> & {
  steps: readonly { type: string }[]
}

/** A history of a wallet: its conditions, and what happens in order. */
export type LifeHistory = Omit<PlanConditions, 'funds' | 'deposit' | 'providers'> & {
  steps: readonly Step[]
  /** The user closes the ledger before the trouble has ended. */
  closesInTrouble: boolean
}

/** Plays a history to its end: trouble, then calm, then a closing that brings all of the money home. */
export async function liveUntilHome(all: LifeHistory): Promise<void> {
  const { steps, closesInTrouble } = all
  await using life = await troubledLife({ ...all, funds: FUNDS, deposit: DEPOSIT, providers: PROVIDERS })
  for (const one of steps) {
    // Closing has ended.
    if (!life.position().ledger) break
    await life.take(one)
    await checkMoney(life, all)
  }
  if (closesInTrouble) await life.take({ type: 'close' })
  await life.advance(1)
  life.heal()
  await life.advance(1)
  if (!closesInTrouble && life.position().ledger) await checkCalm(life, all)
  // A close request in the trouble may have been rejected, because the journal or a read failed.
  if (life.position().ledger) await life.take({ type: 'close' })
  for (let halfHours = 0; halfHours < 8 && life.isWaiting('close'); halfHours += 1) await life.advance(1_800)
  await checkHome(life)
}

/** Invariants that hold at any time. */
export async function checkMoney(life: TroubledLife, { reserve, budget }: Conditions): Promise<void> {
  const { ledger, subAccounts } = life.position()
  if (!ledger) return
  for (const { available } of subAccounts) expect(available).toBeLessThanOrEqual(REQUIRED)
  expect(ledger.available).toBeGreaterThanOrEqual(reserve)
  const inside = subAccounts.reduce((sum, { balance }) => sum + balance, ledger.available)
  expect(inside).toBe(DEPOSIT - life.charged())
  for (const { provider: address, createdAt, amount } of life.wishes())
    expect(life.accountOf(address)?.refunds.find((refund) => refund.createdAt === createdAt)?.amount).toBe(amount)
  expect({ unwanted: life.unwanted(), askedTwice: life.wasAskedTwice() }).toEqual({ unwanted: [], askedTwice: false })
  if (budget !== null) expect(await life.attempts.paid()).toBeLessThanOrEqual(budget)
}

/** After heal(): every sub-account holds the required amount, or its hold reason is true. */
export async function checkCalm(life: TroubledLife, all: Conditions): Promise<void> {
  // The last step of a closing is on its way: it ends, and the ledger with it.
  if (life.broker.ledger.isClosing && !(await isCancelled(life))) return
  life.begin()
  life.resume()
  await life.advance(300)
  await checkPutBack(life, all)
  for (let halfHours = 0; halfHours < 6; halfHours += 1) {
    await life.advance(1_800)
    await checkMoney(life, all)
  }
  const left = (life.position().ledger?.available ?? 0n) - all.reserve
  const budgetLeft = all.budget === null ? null : all.budget - (await life.attempts.paid())
  for (const { provider: address, reason } of life.broker.inference.autoFundingStatus()) {
    const { available, pendingRefund = 0n } = life.accountOf(address) ?? {}
    if (reason === 'budget-exhausted') expect(budgetLeft).toBeLessThan(REQUIRED)
    else if (reason === 'refund-pending') expect([all.autoClaim, pendingRefund > 0n]).toEqual([false, true])
    else if (reason === 'reserve' || reason === 'ledger-short' || reason === 'too-small')
      expect(left).toBeLessThan(REQUIRED)
    else expect({ address, reason, available }).toEqual({ address, reason: 'sufficient', available: REQUIRED })
  }
}

async function isCancelled({ broker, until }: TroubledLife): Promise<boolean> {
  const cancelled = broker.ledger.cancelClosing().then(
    () => true,
    (error: unknown) => {
      if (error instanceof InvalidInputError) return false
      throw error
    },
  )
  return until(cancelled)
}

/** A claim puts back everything that was available, unless a browser wallet or a closing prevents it. */
export async function checkPutBack(life: TroubledLife, { isWallet, steps }: Conditions): Promise<void> {
  if (isWallet || steps.some(({ type }) => type === 'close')) return
  const requestedAt = await life.attempts.askedBackAt()
  const refunds = life.position().subAccounts.flatMap((one) => one.refunds)
  expect(refunds.filter(({ createdAt }) => createdAt > life.begunAt && !requestedAt.includes(createdAt))).toEqual([])
}

/** After closing: no call is pending, and the wallet owns everything except charges and gas. */
export async function checkHome(life: TroubledLife): Promise<void> {
  const opened = life.broker.transactions().filter((actor) => actor.getSnapshot().hasTag('open'))
  await life.advance(120)
  expect({ waiting: [...life.waiting], odd: life.odd, opened }).toEqual({ waiting: [], odd: [], opened: [] })
  const { ledger, subAccounts, wallet } = life.position()
  expect({ ledger, subAccounts }).toEqual({ ledger: null, subAccounts: [] })
  expect(wallet.balance + (await life.attempts.gasSpent())).toBe(FUNDS - life.charged())
}
