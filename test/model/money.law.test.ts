import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { places, type Mood } from '../support/trouble.ts'
import { troubledLife, type Step, type TroubledLife } from '../support/troubled-life.ts'

/** The required amount with default options: 2 × 1 OG. */
const REQUIRED = og('2')
const PROVIDERS = 3
const DEPOSIT = og('40')
const FUNDS = og('60')

const provider = fc.nat(PROVIDERS - 1)
const rate = fc.constantFrom(0, 0, 0.1, 0.3)
const type = <T extends Step['type']>(...types: T[]) => fc.constantFrom(...types)
const seconds = fc.constantFrom(0.3, 1, 1, 2, 7, 31, 95, 1_300, 3_700)
const mood = fc.constantFrom<Mood>('fails', 'hangs', 'well')
const rates = fc.record({ read: rate, stale: rate, broadcast: rate, lost: rate, late: rate })
const abortAfter = fc.option(fc.constantFrom(0, 1, 20), { nil: null })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: type('spend'), provider, amount: fc.bigInt(1n, og('2.5')) }) },
  { weight: 6, arbitrary: fc.record({ type: type('advance'), seconds }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: type('mood'), place: fc.constantFrom(...places, 'blocks', 'blocks'), mood }),
  },
  { weight: 1, arbitrary: fc.record({ type: type('node'), rates }) },
  { weight: 2, arbitrary: fc.record({ type: type('ask back'), provider, amount: fc.constant(0n) }) },
  { weight: 2, arbitrary: fc.record({ type: type('ensure'), provider, amount: fc.bigInt(1n, REQUIRED) }) },
  { weight: 3, arbitrary: fc.record({ type: type('claim'), abortAfter }) },
  { weight: 2, arbitrary: fc.record({ type: type('pause'), provider, approves: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type('resume'), provider }) },
  { weight: 2, arbitrary: fc.record({ type: type('restart'), killed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: type('close', 'cancel', 'heal') }) },
)

const history = fc.record({
  seed: fc.nat(),
  automine: fc.boolean(),
  isWallet: fc.boolean(),
  autoClaim: fc.boolean(),
  claimable: fc.nat(PROVIDERS),
  budget: fc.option(fc.bigInt(og('2'), og('20')), { nil: null }),
  reserve: fc.constantFrom(0n, og('5'), og('33')),
  approvals: fc.nat(PROVIDERS),
  answers: fc.array(fc.record({ approved: fc.boolean(), after: fc.constantFrom(0, 3, 20, 40, 200) }), { maxLength: 6 }),
  closesInTrouble: fc.boolean(),
  steps: fc.array(step, { maxLength: 30 }),
})

type History = typeof history extends fc.Arbitrary<infer T> ? T : never

const RUNS = Number(process.env['LAW_RUNS'] ?? 40)

test(
  'under any temporary fault each payment happens exactly once, and closing returns all money',
  { timeout: 60_000 + RUNS * 500 },
  () => fc.assert(fc.asyncProperty(history, lives), { numRuns: RUNS }),
)

async function lives(all: History): Promise<void> {
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
  // A close request during the faults may have been rejected, because the journal or a read failed.
  if (life.position().ledger) await life.take({ type: 'close' })
  for (let halfHours = 0; halfHours < 8 && life.isWaiting('close'); halfHours += 1) await life.advance(1_800)
  await checkHome(life)
}

/** Invariants that hold at any time. */
async function checkMoney(life: TroubledLife, { reserve, budget }: History): Promise<void> {
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
async function checkCalm(life: TroubledLife, all: History): Promise<void> {
  if (life.broker.ledger.isClosing) await life.until(life.broker.ledger.cancelClosing())
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

/** A claim puts back everything that was available, unless a browser wallet or a closing prevents it. */
async function checkPutBack(life: TroubledLife, { isWallet, steps }: History): Promise<void> {
  if (isWallet || steps.some(({ type }) => type === 'close')) return
  const requestedAt = await life.attempts.askedBackAt()
  const refunds = life.position().subAccounts.flatMap((one) => one.refunds)
  expect(refunds.filter(({ createdAt }) => createdAt > life.begunAt && !requestedAt.includes(createdAt))).toEqual([])
}

/** After closing: no call is pending, and the wallet owns everything except charges and gas. */
async function checkHome(life: TroubledLife): Promise<void> {
  const opened = life.broker.transactions().filter((actor) => actor.getSnapshot().hasTag('open'))
  await life.advance(120)
  expect({ waiting: [...life.waiting], odd: life.odd, opened }).toEqual({ waiting: [], odd: [], opened: [] })
  const { ledger, subAccounts, wallet } = life.position()
  expect({ ledger, subAccounts }).toEqual({ ledger: null, subAccounts: [] })
  expect(wallet.balance + (await life.attempts.gasSpent())).toBe(FUNDS - life.charged())
}
