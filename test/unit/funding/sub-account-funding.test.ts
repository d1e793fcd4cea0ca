import { expect, test } from 'vitest'
import { BudgetExhaustedError } from '../../../src/base/sending-errors.ts'
import { createSubAccountFunding, type FundingRequest } from '../../../src/funding/sub-account-funding.ts'
import { positionOf, subAccountOf } from '../../support/positions.ts'

const id = { provider: '0xp', serviceType: 'inference' } as const
const unlimited = { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: 0n }

/** A store whose budget, shared with other machines, leaves less than the broker knows: it says so when it refuses a payment. */
function shared({ known, left }: { known: bigint; left: bigint }) {
  const asked: bigint[] = []
  let has = 1
  const read = () =>
    Promise.resolve(positionOf([subAccountOf(id.provider, id.serviceType, { available: has })], { available: 100 }))
  const fund = createSubAccountFunding({
    wallet: '0xw',
    rules: { serviceNames: { inference: 'inference-v1.0' } } as never,
    async submit({ amount }) {
      asked.push(amount)
      known = left
      if (amount > left) throw new BudgetExhaustedError('The budget that several machines share does not allow it now.')
      has += Number(amount)
      return { transactionHash: '0xh', blockNumber: 2, gasUsed: 1n, status: 1, success: true }
    },
    inFlightFromLedger: () => 0n,
    limitsOf: () => ({ own: unlimited, firstDay: null, common: known, gas: null }),
    payees: { isKnown: () => true } as never,
    recall: () => Promise.resolve(),
    clock: { now: () => 0, after: (_, callback) => (callback(), () => undefined) },
  })
  const pay = (more: Partial<FundingRequest> = {}) =>
    fund(id, { goal: () => ({ least: 5n, best: 9n }), read, giveUp: { at: 10, after: '10 ms' }, ...more })
  return { asked, pay }
}

test('where other machines have spent of the budget meanwhile, what is left of the wish is paid', async () => {
  const { asked, pay } = shared({ known: 50n, left: 7n })
  expect(await pay()).toMatchObject({ paid: 7n })
  expect(asked).toEqual([8n, 7n])
})

test('where they have left less than is needed, the call is refused with what is left', async () => {
  const { asked, pay } = shared({ known: 50n, left: 3n })
  await expect(pay()).rejects.toMatchObject({
    name: 'BudgetExhaustedError',
    shortMessage: 'The budget of this window does not allow it.',
    facts: { left: '0.000000000000000003 OG' },
  })
  expect(asked).toEqual([8n])
})

/** The demand grows with what is there, until it is more than is believed. */
const growing: FundingRequest['goal'] = (account) => {
  const has = account?.available ?? 0n
  if (has >= 9n) throw new BudgetExhaustedError('The provider demands more than is believed of it.')
  return { least: has + 4n, best: has + 4n }
}
const inFull = { goal: growing }
const inPart = { goal: growing, acceptsPart: true }

test('where a demand grows past what is allowed, a caller that accepts a part learns what was paid', async () => {
  const { asked, pay } = shared({ known: 50n, left: 50n })
  expect(await pay(inPart)).toMatchObject({ paid: 8n, opened: false })
  expect(asked).toEqual([4n, 4n])
})

test('without a part that was paid, and for a caller that wants all, it is refused', async () => {
  const refused = { name: 'BudgetExhaustedError', shortMessage: 'The provider demands more than is believed of it.' }
  await expect(shared({ known: 50n, left: 50n }).pay(inFull)).rejects.toMatchObject(refused)
  const nothing = shared({ known: 0n, left: 0n })
  await expect(nothing.pay(inPart)).rejects.toMatchObject({
    name: 'BudgetExhaustedError',
  })
  expect(nothing.asked).toEqual([])
})
