import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { createApprovals } from '../../../src/visualizer/approvals.ts'
import { createEntryLog } from '../../../src/visualizer/entry-log.ts'
import { createControl } from '../../../src/visualizer/control.ts'
import type { Entry } from '../../../src/visualizer/protocol.ts'

test('a top-up sends no more than the user agreed to, whatever was charged since the page was drawn', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider } = sim
  await broker.ledger.addLedger('20')
  await broker.ledger.transferFund(provider.address, 'inference', '2')
  const log = createEntryLog(broker, { dryRun: false, onEntry: () => undefined })
  const control = createControl(broker, { ...log, approvals: createApprovals() })
  await sim.advance('1m')
  sim.spend(provider, '1.5')
  const amount = `${og('1')}` as const
  expect(control.use({ action: 'top-up', provider: provider.address, serviceType: 'inference', amount })).toBeNull()
  await sim.advance('5m')
  expect(await broker.position()).toMatchObject({
    ledger: { available: og('17') },
    subAccounts: [{ available: og('1.5') }],
  })
  log.close()
})

test('a top-up of a provider that has left is refused, and the page is told why', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider, chain } = sim
  const { address } = provider
  await broker.ledger.addLedger('20')
  await broker.ledger.transferFund(address, 'inference', '2')
  chain.leave(address)
  await sim.advance('11m')
  const messages: (string | null)[] = []
  const log = createEntryLog(broker, {
    dryRun: false,
    onEntry: (entry) => void (entry.kind === 'control' && messages.push(entry.message)),
  })
  const control = createControl(broker, { ...log, approvals: createApprovals() })
  await sim.advance('1m')
  const amount = `${og('1')}` as const
  expect(control.use({ action: 'top-up', provider: address, serviceType: 'inference', amount })).toBeNull()
  await sim.advance('5m')
  expect(messages).toEqual([
    null,
    'This address offers no service at all. To do: check address and service, or pass force: true (--force) to pay it all the same.',
  ])
  expect((await broker.position()).subAccounts).toMatchObject([{ available: og('2') }])
  log.close()
})

test('a deposit waits for the page, is sent once its amount is approved, and not when it is rejected', async () => {
  await using sim = await createSimulatedBroker()
  const { broker } = sim
  const entries: Entry[] = []
  const approvals = createApprovals()
  const log = createEntryLog(broker, { dryRun: false, onEntry: (entry) => void entries.push(entry) })
  const control = createControl(broker, { ...log, approvals })
  const reject = { action: 'reject-deposit' } as const
  const approve = (amount: string) => control.use({ action: 'approve-deposit', amount: `${og(amount)}` })
  expect(control.use(reject)).toBe('No deposit waits for approval here.')
  broker.ledger.startAutoDeposit({ trigger: '5', target: '20', maxDeposit: '50', approve: approvals.approve })
  await sim.advance('1m')
  const { deposit, autoDeposit } = log.state()
  expect(deposit).toMatchObject({ action: 'propose', reason: null, amount: `${og('20')}`, deficit: `${og('20')}` })
  expect(deposit?.limits).toEqual({ maxDeposit: `${og('50')}`, maxLedger: null, budgetLeft: null, coolingUntil: 0 })
  expect(autoDeposit).toMatchObject({ value: 'awaitingApproval', amount: `${og('20')}`, deposits: 0, payerError: null })
  expect(control.use(reject)).toBeNull()
  await sim.advance('2s')
  expect(log.state().autoDeposit).toMatchObject({ value: 'held', failure: { count: 1 } })
  expect(broker.transactions()).toEqual([])

  await sim.advance('5m')
  expect(approve('19')).toBe('Another amount waits for approval by now. Look at it again.')
  expect(approve('20')).toBeNull()
  await sim.advance('1m')
  const state = log.state()
  expect(state.ledger).toMatchObject({ available: `${og('20')}` })
  expect(state.deposit).toMatchObject({ action: 'hold', reason: 'sufficient', spare: `${og('20')}` })
  expect(state.autoDeposit).toMatchObject({ deposits: 1, paid: `${og('20')}`, lastDeposit: { amount: `${og('20')}` } })
  broker.ledger.stopAutoDeposit()
  await sim.advance('1m')
  expect(log.state()).toMatchObject({ deposit: null, autoDeposit: null })
  log.close()

  const shown = entries.flatMap((one) =>
    one.kind === 'deposit'
      ? [`${one.action} ${one.reason ?? one.amount}`]
      : one.kind === 'transition' && one.machine === 'autoDeposit' && one.from !== one.to
        ? [`${one.actor}: ${one.edge}`]
        : [],
  )
  expect(shown).toEqual([
    `propose ${og('20')}`,
    'ledger: watching|plan.propose|awaitingApproval',
    'ledger: awaitingApproval|approve done|held',
    'ledger: held|plan.propose|awaitingApproval',
    'ledger: awaitingApproval|approve done|depositing',
    'ledger: depositing|deposit done|settling',
    'hold sufficient',
    'ledger: settling|reading.caughtUp|watching',
    'null null',
  ])
})

test('closing shows how far it is, and the page cancels it', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider } = sim
  await broker.ledger.addLedger('20')
  await broker.ledger.transferFund(provider.address, 'inference', '2')
  const messages: (string | null)[] = []
  const log = createEntryLog(broker, {
    dryRun: false,
    onEntry: (entry) => void (entry.kind === 'control' && entry.outcome !== 'asked' && messages.push(entry.message)),
  })
  const control = createControl(broker, { ...log, approvals: createApprovals() })
  await sim.advance('1m')
  expect(control.use({ action: 'cancel-close' })).toBe('The ledger is not being closed.')
  expect(control.use({ action: 'close' })).toBeNull()
  await sim.advance('2m')
  expect(log.state().closing).toEqual({
    state: 'waiting',
    until: expect.any(Number) as number,
    home: `${og('18')}`,
    locked: `${og('2')}`,
    subAccounts: 1,
    hold: null,
    failure: null,
  })
  expect(control.use({ action: 'cancel-close' })).toBeNull()
  await sim.advance('2m')
  expect(log.state().closing).toBeNull()
  expect(new Set(messages)).toEqual(
    new Set(['18 OG are in the ledger, 2 OG are asked back and locked.', 'It was cancelled.']),
  )
  log.close()
})
