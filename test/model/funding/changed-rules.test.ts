import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Rules } from '../../../src/chain/port.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

/** A wallet with a ledger of 20 OG, whose contracts' owner may change the rules. */
async function world(atStart: Partial<Rules> = {}) {
  const made = bentWorld()
  const state = { changed: {} as Partial<Rules>, reads: 0, fails: false }
  const broker = await made.open({
    bend: (connected) => ({
      ...connected,
      rules: { ...connected.rules, ...atStart },
      async readRules() {
        state.reads += 1
        if (state.fails) throw new Error('The node is away.')
        return { ...(await connected.readRules()), ...state.changed }
      },
    }),
  })
  await made.until(broker.ledger.depositFund('20'))
  return { made, state, broker }
}

test('a minimum that the owner raises counts within ten minutes of readings', async () => {
  const { made, state, broker } = await world()
  await using _ = made
  const subscription = broker.positions$.subscribe()
  state.changed = { minTransfer: og('3') }
  await made.advance(660)
  expect([state.reads, broker.rules.minTransfer]).toEqual([1, og('3')])
  broker.inference.startAutoFunding(made.provider, EXACT)
  await made.advance(60)
  expect(made.position().subAccounts).toMatchObject([{ balance: og('3') }])
  subscription.unsubscribe()
})

test.each([false, true])('rules are read at most every ten minutes (failing: %s)', async (fails) => {
  const { made, state, broker } = await world()
  state.fails = fails
  await using _ = made
  const subscription = broker.positions$.subscribe()
  await made.advance(3_660)
  expect(state.reads).toBe(6)
  subscription.unsubscribe()
})

test('a refusal for a minimum that the broker did not know of has the rules read before the next try', async () => {
  const { made, state, broker } = await world({ minTransfer: null })
  await using _ = made
  broker.inference.startAutoFunding(made.provider, { ...EXACT, minLockedBalance: '0.1' })
  await made.advance(90)
  expect([state.reads, broker.rules.minTransfer]).toEqual([1, og('1')])
  expect(made.position().subAccounts).toMatchObject([{ balance: og('1') }])
})

test('an amount below an old minimum is refused only where the minimum still holds', async () => {
  const { made, state, broker } = await world({ minLedgerBalance: og('50') })
  await using _ = made
  await made.advance(660)
  state.changed = { minLedgerBalance: og('3') }
  const sent = made.until(broker.ledger.addLedger('4'))
  await expect(sent).rejects.toMatchObject({ name: 'LedgerExistsError' })
  expect(state.reads).toBe(1)
})

test('a lock time that the owner changes is a rule of the broker after the next reading of the rules', async () => {
  const { made, broker } = await world()
  await using _ = made
  made.chain.setLockTime(86_400)
  await made.advance(660)
  await made.until(broker.position())
  expect(broker.rules.lockTimes).toEqual({ inference: 86_400, 'fine-tuning': 3_600 })
})

test('a sub-account that was just opened is asked for its unsettled fee at the next reading', async () => {
  const made = bentWorld()
  await using _ = made
  let services = 0
  const broker = await made.open({
    bend: (connected) => ({
      ...connected,
      readService(provider) {
        services += 1
        return connected.readService(provider)
      },
    }),
    intervalMs: 1_000,
  })
  await made.until(broker.ledger.addLedger('20'))
  broker.inference.startAutoFunding(made.provider, EXACT)
  await made.advance(10)
  expect(made.position().subAccounts).toMatchObject([{ balance: og('2') }])
  expect(services).toBe(2)
  await made.advance(25)
  expect(services).toBe(2)
})

test.each(['transferFund', 'ensureFunded'] as const)(
  'a sub-account that a caller opens (%s) is read again at the next reading too',
  async (method) => {
    const made = bentWorld()
    await using _ = made
    let acknowledged: boolean[] = []
    const broker = await made.open({
      bend: (connected) => ({
        ...connected,
        async readService(provider) {
          const service = await connected.readService(provider)
          acknowledged = [...acknowledged, service.acknowledged]
          return service
        },
      }),
      intervalMs: 1_000,
    })
    await made.until(broker.ledger.addLedger('20'))
    broker.inference.startAutoFunding(made.provider, EXACT)
    broker.inference.pauseAutoFunding(made.provider)
    await made.advance(2)
    const { ledger, inference } = broker
    if (method === 'transferFund') await made.until(ledger.transferFund(made.provider, 'inference', '2'))
    else await made.until(inference.ensureFunded(made.provider, '2'))
    await made.advance(3)
    expect(acknowledged).toEqual([false, true])
  },
)
