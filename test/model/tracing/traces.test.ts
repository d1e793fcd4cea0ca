import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import type { Tracer } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

test('readings, plans and transactions become spans of an OpenTelemetry tracer', async () => {
  const { exporter, tracer } = openTelemetry()
  await using sim = await createSimulatedBroker({ broker: { tracer } })
  const { broker, provider } = sim
  await broker.ledger.addLedger('10')
  broker.inference.startAutoFunding(provider.address, EXACT)
  await sim.advance('1m')
  await broker.close()

  const common = { 'og_ledger.wallet': broker.wallet, 'og_ledger.chain_id': 31337 }
  const spans = exporter.getFinishedSpans().map(({ name, attributes, status }) => ({ name, attributes, status }))
  expect(spans.filter(({ name }) => name === 'og_ledger.transaction')).toMatchObject([
    {
      attributes: {
        ...common,
        'og_ledger.kind': 'addLedger',
        'og_ledger.amount_og': '10',
        'og_ledger.nonce': 0,
        'og_ledger.result': 'mined',
        'og_ledger.hash': expect.stringMatching(/^0x[\da-f]{64}$/) as unknown,
        'og_ledger.block': expect.any(Number) as unknown,
      },
      status: { code: 1 },
    },
    {
      attributes: {
        ...common,
        'og_ledger.kind': 'transferFund',
        'og_ledger.amount_og': '2',
        'og_ledger.nonce': 1,
        'og_ledger.provider': provider.address,
        'og_ledger.service': 'inference',
        'og_ledger.result': 'mined',
      },
      status: { code: 1 },
    },
  ])
  const readings = spans.filter(({ name }) => name === 'og_ledger.reading')
  expect(readings.length).toBeGreaterThan(1)
  expect(readings[0]).toEqual({
    name: 'og_ledger.reading',
    attributes: { ...common, 'og_ledger.result': 'ok' },
    status: { code: 0 },
  })
  const plans = spans.filter(({ name }) => name === 'og_ledger.plan')
  expect(plans.at(-1)?.attributes).toMatchObject({ ...common, 'og_ledger.sub_accounts': 1, 'og_ledger.held': 1 })
})

test('a failed reading, a refusal and a fee replacement are seen in the spans', async () => {
  const { exporter, tracer } = openTelemetry()
  await using sim = await createSimulatedBroker({ broker: { tracer } })
  const { broker } = sim
  await broker.ledger.addLedger('10')
  sim.fail('late', { times: Infinity, blocks: 100 })
  const deposit = broker.ledger.depositFund('1')
  await sim.until(deposit)
  sim.heal()
  broker.positions$.subscribe()
  sim.fail('read', 3)
  await sim.advance('2m')
  await broker.close()
  const spans = exporter.getFinishedSpans()
  const failed = spans.find(({ attributes }) => attributes['og_ledger.result'] === 'failed')
  expect(failed?.status).toEqual({ code: 2, message: 'failed' })
  const replaced = spans.find(({ attributes }) => attributes['og_ledger.kind'] === 'depositFund')
  expect(replaced?.events.map(({ name }) => name)).toContain('fee replacement')
})

const noExporter = (): never => {
  throw new Error('no exporter')
}
const lateFailure = (): unknown => Promise.reject(new Error('no exporter'))

test.each<[string, Tracer]>([
  ['that throws', { startSpan: noExporter }],
  [
    'whose spans reject',
    {
      startSpan: () => ({
        setAttributes: lateFailure,
        setStatus: lateFailure,
        addEvent: lateFailure,
        end: lateFailure,
      }),
    },
  ],
])('a tracer %s changes nothing, and is told of once', async (_, tracer) => {
  const warned: string[] = []
  const nothing = () => undefined
  const logger = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (_: object, text: string) => void warned.push(text),
  }
  await using sim = await createSimulatedBroker({ broker: { tracer, logger } })
  await sim.broker.ledger.addLedger('10')
  sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('1m')
  expect((await sim.broker.position()).subAccounts[0]?.available).toBe(2n * 10n ** 18n)
  expect(warned.filter((text) => text.includes('tracer'))).toEqual(['the tracer throws: spans are lost'])
})

function openTelemetry(): { exporter: InMemorySpanExporter; tracer: Tracer } {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  return { exporter, tracer: provider.getTracer('test') }
}
