import { expect, test } from 'vitest'
import type { AutoFundingConfig, BrokerEvent } from '../../../src/index.ts'
import { createSimulatedBroker, type Simulation, type SimulatedBrokerOptions } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

const TERMS = { ...EXACT, unsettledFee: false } as const

type Lines = { level: string; details: object; message: string }[]

function lines(): Lines & {
  logger: Record<'debug' | 'info' | 'warn' | 'error', (details: object, message: string) => void>
} {
  const all: Lines = []
  const write = (level: string) => (details: object, message: string) => void all.push({ level, details, message })
  return Object.assign(all, {
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  })
}

/** A simulation whose events are kept. */
async function watched(options: SimulatedBrokerOptions = {}) {
  const sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false, ...options })
  const events: BrokerEvent[] = []
  sim.broker.events$.subscribe((event) => events.push(event))
  return { sim, events }
}

const typesOf = (events: readonly BrokerEvent[]): string[] => events.map(({ type }) => type)

/** What was told since the last call. */
const taken = (events: BrokerEvent[]): BrokerEvent[] => events.splice(0)

/** A ledger and one funded sub-account. */
async function fund(
  { sim, events }: { sim: Simulation; events: BrokerEvent[] },
  { funds = '20', ...config }: AutoFundingConfig & { funds?: string } = {},
): Promise<void> {
  await sim.until(sim.broker.ledger.addLedger(funds))
  sim.broker.inference.startAutoFunding(sim.provider.address, { ...TERMS, ...config })
  await sim.advance('2m')
  taken(events)
}

test('a top-up is told when it is decided, sent and mined, once each, as JSON', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  await fund({ sim, events })
  sim.spend(sim.provider, '1.5')
  await sim.advance('2m')
  const [transaction] = sim.broker
    .transactions()
    .slice(-1)
    .map((one) => one.getSnapshot().context)
  const of = { provider: sim.provider.address, serviceType: 'inference' }
  const head = { version: 1, chainId: 31337, wallet: sim.broker.wallet }
  const payment = { operation: 'transferFund', amount: '1500000000000000000', automatic: true }
  const sent = { transaction: transaction?.id, hash: transaction?.hash, nonce: transaction?.nonce }
  expect(events.map(({ at: _at, block: _block, ...rest }) => rest)).toEqual(
    [
      { type: 'top-up.decided', ...of, amount: payment.amount },
      { type: 'top-up.sent', ...of, ...payment, ...sent },
      {
        type: 'top-up.mined',
        ...of,
        ...payment,
        ...sent,
        blockNumber: transaction?.blockNumber,
        gasUsed: transaction?.gasUsed,
        fee: expect.stringMatching(/^[1-9]\d+$/) as string,
      },
    ].map((event) => ({ ...head, ...event })),
  )
  expect(JSON.parse(JSON.stringify(events))).toEqual(events)
})

test('a transfer that a caller asked for is no top-up of auto-funding, and a deposit of a caller is told too', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  await sim.until(sim.broker.ledger.addLedger('20'))
  await sim.until(sim.broker.ledger.transferFund(sim.provider.address, 'inference', '2'))
  expect(events.map((event) => [event.type, 'automatic' in event && event.automatic])).toEqual([
    ['deposit.sent', false],
    ['deposit.mined', false],
    ['top-up.sent', false],
    ['top-up.mined', false],
  ])
})

test('a hold is told when its reason changes, not at each reading, and its end is told', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  await fund({ sim, events }, { maxTopUp: '1.2' })
  const of = { provider: sim.provider.address, serviceType: 'inference' }
  sim.broker.inference.pauseAutoFunding(sim.provider.address)
  sim.spend(sim.provider, '1')
  await sim.advance('5m')
  expect(taken(events)).toMatchObject([{ type: 'top-up.held', ...of, reason: 'paused', before: null }])
  sim.broker.inference.resumeAutoFunding(sim.provider.address)
  await sim.advance('5m')
  expect(typesOf(taken(events))).toEqual(['top-up.decided', 'top-up.sent', 'top-up.mined'])
})

test('what the ledger lacks is told with its amount, and an outage in between does not tell it anew', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  await fund({ sim, events }, { target: 3, funds: '3' })
  sim.spend(sim.provider, '1.5')
  await sim.advance('2m')
  expect(taken(events)).toMatchObject([
    { type: 'ledger.low', available: '0', shortfall: '1500000000000000000' },
    { type: 'top-up.held', reason: 'ledger-short', missing: '1500000000000000000' },
  ])
  sim.fail('read', Infinity)
  await sim.advance('5m')
  sim.heal()
  await sim.advance('2m')
  expect(typesOf(taken(events))).toEqual(['reading.stale', 'reading.recovered'])
  await sim.until(sim.broker.ledger.depositFund('10'))
  await sim.advance('2m')
  expect(typesOf(taken(events))).toEqual([
    'deposit.sent',
    'deposit.mined',
    'ledger.ample',
    'top-up.decided',
    'top-up.sent',
    'top-up.mined',
  ])
})

test('readings that fail are told once, since when, and with the words of the node', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  await fund({ sim, events })
  const since = (await sim.broker.position()).block.timestamp
  sim.fail('read', Infinity)
  await sim.advance('10m')
  sim.heal()
  await sim.advance('2m')
  const [stale, recovered] = taken(events)
  expect(stale).toMatchObject({
    type: 'reading.stale',
    message: 'The chain could not be read. reason: the simulated node does not answer',
  })
  expect(recovered).toMatchObject({ type: 'reading.recovered' })
  expect([stale, recovered].map((event) => event && 'since' in event && Number(event.since) >= since)).toEqual([
    true,
    true,
  ])
})

test('a broker whose node never answered tells that too', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  sim.fail('read', Infinity)
  sim.broker.positions$.subscribe()
  await sim.advance('5m')
  expect(events).toMatchObject([{ type: 'reading.stale', since: null }])
})

test('a question is told once with its amount and its end, and a refusal as a failure', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  let answer: (approved: boolean) => void = () => undefined
  const approve = () => new Promise<boolean>((resolve) => (answer = resolve))
  await sim.until(sim.broker.ledger.addLedger('20'))
  taken(events)
  sim.broker.inference.startAutoFunding(sim.provider.address, { ...TERMS, approve })
  await sim.advance('3m')
  const [asked] = events
  expect(taken(events)).toMatchObject([{ type: 'top-up.approval-wanted', amount: '2000000000000000000' }])
  expect(asked && 'expiresAt' in asked && asked.expiresAt > asked.at).toBe(true)
  answer(false)
  await sim.advance('5s')
  expect(taken(events)).toMatchObject([
    { type: 'top-up.failed', outcome: 'not-sent', message: 'The top-up was not approved.', transaction: null },
    { type: 'top-up.held', reason: 'backing-off', message: 'The top-up was not approved.' },
  ])
})

test('a refund is told when it can be claimed and when it came home', async () => {
  const { sim, events } = await watched({ broker: { intervalMs: 600_000 } })
  await using _ = sim
  await sim.until(sim.broker.ledger.addLedger('20'))
  await sim.until(sim.broker.ledger.transferFund(sim.provider.address, 'inference', '2'))
  await sim.until(sim.broker.ledger.retrieveFund('inference'))
  sim.broker.positions$.subscribe()
  taken(events)
  await sim.advance('2d')
  const of = { provider: sim.provider.address, serviceType: 'inference', amount: '2000000000000000000' }
  expect(taken(events)).toMatchObject([{ type: 'refund.claimable', ...of }])
  await sim.until(sim.broker.ledger.claimRefunds())
  await sim.advance('1h')
  expect(taken(events).filter(({ type }) => type.startsWith('refund.'))).toMatchObject([
    { type: 'refund.claimed', ...of },
  ])
})

test('closing tells each kind of step and its end', async () => {
  const { sim, events } = await watched({ broker: { intervalMs: 600_000 } })
  await using _ = sim
  await sim.until(sim.broker.ledger.addLedger('20'))
  await sim.until(sim.broker.ledger.transferFund(sim.provider.address, 'inference', '2'))
  taken(events)
  await sim.until(sim.broker.ledger.closeLedger())
  const steps = events.flatMap((event) =>
    event.type === 'closing.step' ? [event.state] : event.type === 'closing.ended' ? [event.outcome] : [],
  )
  expect(steps).toEqual(['retrieving', 'waiting', 'retrieving', 'withdrawing', 'closed'])
})

test('a restart tells no payment again that the process before has told', async () => {
  const { sim, events } = await watched()
  await using _ = sim
  await fund({ sim, events })
  const broker = await sim.restart()
  const after: BrokerEvent[] = []
  broker.events$.subscribe((event) => after.push(event))
  broker.inference.startAutoFunding(sim.provider.address, TERMS)
  await sim.advance('3m')
  expect(after).toEqual([])
})

test('the logger gets one line for each payment and each new hold', async () => {
  const log = lines()
  const sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false, broker: { logger: log.logger } })
  await using _ = sim
  await sim.until(sim.broker.ledger.addLedger('20'))
  sim.broker.inference.startAutoFunding(sim.provider.address, TERMS)
  await sim.advance('2m')
  sim.broker.inference.pauseAutoFunding(sim.provider.address)
  await sim.advance('5m')
  expect(log.filter(({ level }) => level === 'info')).toMatchObject([
    { message: 'a deposit was paid', details: { type: 'deposit.mined', amount: '20000000000000000000' } },
    { message: 'a top-up was paid', details: { type: 'top-up.mined', provider: sim.provider.address } },
    { message: 'a top-up is held', details: { type: 'top-up.held', reason: 'paused' } },
  ])
})

test('a listener that calls the broker meets one that has dealt with the reading', async () => {
  const { sim } = await watched()
  await using _ = sim
  const seen: (string | undefined)[] = []
  sim.broker.events$.subscribe(({ type }) => {
    if (type !== 'top-up.decided') return
    seen.push(sim.broker.inference.autoFundingStatus()[0]?.state)
    sim.broker.inference.stopAutoFunding(sim.provider.address)
  })
  await sim.until(sim.broker.ledger.addLedger('20'))
  sim.broker.inference.startAutoFunding(sim.provider.address, TERMS)
  await sim.advance('2m')
  expect(seen).toEqual(['toppingUp'])
})
