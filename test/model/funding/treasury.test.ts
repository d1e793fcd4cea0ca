import { parseEther as og, VoidSigner } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'

const KEEP = { trigger: '5', target: '20' } as const

/** Wallet 0 has the ledger, wallet 1 is the treasury: its journal outlives restarts. */
function treasuryOf(sim: Simulation) {
  const [hot = '', treasury = ''] = sim.wallets
  const from = { signer: new VoidSigner(treasury), journal: memoryJournal() }
  /** What is left of a wallet, to the whole OG: gas is less. */
  const left = (wallet: string) => (sim.chain.position(wallet).wallet.balance + og('0.5')) / og('1')
  return {
    from,
    left: () => ({ hot: left(hot), treasury: left(treasury) }),
    available: () => sim.chain.position(hot).ledger?.available ?? null,
  }
}

test('a treasury fills the ledger of a hot key that holds no reserve, within its own budget', async () => {
  await using sim = await createSimulatedBroker({ wallets: 2, providers: 1, funds: '100' })
  const { from, left, available } = treasuryOf(sim)
  const { ledger, inference } = sim.broker
  ledger.startAutoDeposit({ ...KEEP, from, budget: { amount: '30', per: '24h' } })
  inference.startAutoFunding(sim.provider.address, { target: 2 })
  await sim.advance('3m')
  expect([available(), left()]).toEqual([og('20'), { hot: 100n, treasury: 78n }])
  await sim.until(ledger.refund('17'))
  await sim.advance('15m')
  // 8 of the budget are left.
  expect([available(), left()]).toEqual([og('11'), { hot: 117n, treasury: 70n }])
  expect(ledger.autoDepositStatus()).toMatchObject({ deposits: 2, payerError: null })
})

test('a crash at any moment of a deposit from a treasury pays it once', async () => {
  for (const fault of ['none', 'lost', 'broadcast', 'late'] as const)
    for (const step of [1, 2, 3, 5, 8]) {
      await using sim = await createSimulatedBroker({ wallets: 2, providers: 1, funds: '100', automine: false })
      const { from, left, available } = treasuryOf(sim)
      if (fault !== 'none') sim.fail(fault)
      sim.broker.ledger.startAutoDeposit({ ...KEEP, from })
      for (let n = 0; n < step; n += 1) await sim.advance('0.3s')
      await sim.restart()
      sim.heal()
      sim.broker.ledger.startAutoDeposit({ ...KEEP, from })
      await sim.advance('10m')
      expect([fault, step, available(), left()]).toEqual([fault, step, og('20'), { hot: 100n, treasury: 80n }])
    }
})

test('while the treasury cannot be read nothing is deposited, and the status says why', async () => {
  await using sim = await createSimulatedBroker({ wallets: 2, providers: 1, funds: '100' })
  const { available } = treasuryOf(sim)
  const own = new VoidSigner(sim.wallets[0] ?? '')
  sim.broker.ledger.startAutoDeposit({ ...KEEP, from: own })
  await sim.advance('2m')
  expect([available(), sim.broker.ledger.autoDepositStatus()]).toMatchObject([
    null,
    { state: 'held', reason: 'payer-unread', payerError: expect.stringContaining("wallet's own") as string },
  ])
  expect(() => sim.broker.ledger.startAutoDeposit({ ...KEEP, from: {} as never })).toThrow('from')
})

test('ensureFunded pays from the treasury too', async () => {
  await using sim = await createSimulatedBroker({ wallets: 2, providers: 1, funds: '100' })
  const { from, left, available } = treasuryOf(sim)
  sim.broker.ledger.startAutoDeposit({ ...KEEP, from })
  await sim.until(Promise.all([sim.broker.ledger.ensureFunded('25'), sim.broker.ledger.ensureFunded('25')]))
  await sim.advance('2m')
  expect([available(), left()]).toEqual([og('25'), { hot: 100n, treasury: 75n }])
})
