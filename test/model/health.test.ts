import { parseEther, VoidSigner } from 'ethers'
import { expect, test } from 'vitest'
import { health, JournalError, memoryJournal, type Health } from '../../src/index.ts'
import { createSimulatedBroker, type Simulation } from '../../src/testing/index.ts'
import { heldJournal } from '../support/dying-journal.ts'
import { EXACT } from '../support/exact.ts'

const TERMS = { ...EXACT, unsettledFee: false } as const

const statusesOf = ({ status, checks }: Health) => ({
  status,
  ...Object.fromEntries(
    Object.entries(checks).flatMap(([name, one]) => (one.status === 'pass' ? [] : [[name, one.status]])),
  ),
})

/** A ledger and one sub-account with 3 OG, read every 30 s. */
async function funded(ledger = '20'): Promise<Simulation> {
  const sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false })
  await sim.until(sim.broker.ledger.addLedger(ledger))
  sim.broker.inference.startAutoFunding(sim.provider.address, { ...TERMS, target: 3 })
  await sim.advance('2m')
  return sim
}

test('a broker fails before its first reading, and passes after it', async () => {
  await using sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false })
  expect(health(sim.broker)).toEqual({
    status: 'fail',
    checks: {
      reading: { status: 'fail', block: null, age: null, failingFor: null, message: 'No position was read yet.' },
      journal: { status: 'pass' },
      ledger: { status: 'pass' },
      gas: { status: 'pass' },
      transactions: { status: 'pass' },
    },
  })
  sim.broker.positions$.subscribe()
  await sim.advance('1s')
  expect(statusesOf(health(sim.broker))).toEqual({ status: 'pass' })
})

test('one failed reading warns, and three intervals without one fail, with the words of the node and the age', async () => {
  await using sim = await funded()
  sim.fail('read', Infinity)
  await sim.advance('30s')
  expect(statusesOf(health(sim.broker))).toEqual({ status: 'warn', reading: 'warn' })
  await sim.advance('2m')
  const { status, checks } = health(sim.broker)
  expect([status, checks.reading]).toEqual([
    'fail',
    {
      status: 'fail',
      block: sim.broker.positions$.status.block,
      age: expect.any(Number) as number,
      failingFor: expect.any(Number) as number,
      message: `The newest position was read ${checks.reading.age} s ago. The chain could not be read (the simulated node does not answer).`,
    },
  ])
  sim.heal()
  await sim.advance('1m')
  expect(statusesOf(health(sim.broker))).toEqual({ status: 'pass' })
})

test('a ledger that is short is a warning and no failure', async () => {
  await using sim = await funded('3')
  sim.spend(sim.provider, '1.5')
  await sim.advance('2m')
  expect(statusesOf(health(sim.broker))).toEqual({ status: 'warn', ledger: 'warn' })
})

test('a wallet without gas is a warning', async () => {
  await using sim = await funded()
  const { balance } = sim.chain.position(sim.broker.wallet).wallet
  sim.broker.inference.stopAutoFunding(sim.provider.address)
  await sim.until(sim.broker.ledger.depositFund(balance - 10n ** 15n))
  sim.broker.positions$.subscribe()
  await sim.advance('1m')
  expect(statusesOf(health(sim.broker))).toEqual({ status: 'warn', gas: 'warn' })
})

test('a transaction that is not mined within five minutes is a warning', async () => {
  await using sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false, automine: true })
  sim.broker.positions$.subscribe()
  await sim.advance('1s')
  sim.chain.fail('late', { times: Infinity, blocks: 1_000 })
  const late = sim.broker.ledger.addLedger('20')
  late.catch(() => undefined)
  await sim.advance('4m')
  expect(statusesOf(health(sim.broker))).toEqual({ status: 'pass' })
  await sim.advance('2m')
  expect(statusesOf(health(sim.broker))).toEqual({ status: 'warn', transactions: 'warn' })
})

test('a treasury whose journal is locked, or cannot be written, is a warning until it can', async () => {
  await using sim = await createSimulatedBroker({ seed: 1, wallets: 2, pushesBlocks: false })
  await sim.until(sim.broker.ledger.addLedger('3'))
  const inner = memoryJournal()
  let isFull = false
  const held = heldJournal({
    ...inner,
    append: (record) =>
      isFull ? Promise.reject(new JournalError('The journal cannot be written.', {})) : inner.append(record),
  })
  const signer = new VoidSigner(sim.wallets[1] ?? '')
  sim.broker.ledger.startAutoDeposit({ trigger: '5', target: '20', from: { signer, journal: held } })
  const checked = async () => {
    await sim.advance('2m')
    const { status, checks } = health(sim.broker)
    return [status, checks.journal]
  }
  const warning = (why: string) => ['warn', { status: 'warn', message: `No deposit can be sent. ${why}` }]
  expect(await checked()).toEqual(warning('Another process has the journal.'))
  isFull = true
  held.letGo()
  expect(await checked()).toEqual(warning('The journal cannot be written.'))
  isFull = false
  await sim.advance('10m')
  expect(await checked()).toEqual(['pass', { status: 'pass' }])
  expect(sim.chain.position(sim.wallets[0] ?? '').ledger?.available).toBe(parseEther('20'))
})
