import { expect, test } from 'vitest'
import { openFileJournal, readFileJournal, type InvalidInputError } from '../../src/index.ts'
import { createMetrics } from '../../src/metrics/index.ts'
import { createSimulatedBroker } from '../../src/testing/index.ts'

const refused = (message: string): InvalidInputError =>
  expect.objectContaining({ name: 'InvalidInputError', message }) as InvalidInputError

test('a position or a plan that is none is refused, and a missing await is named', async () => {
  await using simulation = await createSimulatedBroker()
  const { broker } = simulation
  const [position, plan] = [broker.position(), broker.plan()]
  const wrong = (value: unknown): never => value as never
  expect(() => broker.planAt(wrong(position))).toThrow(
    refused('planAt takes a position, as broker.position() gives it.\n\nvalue: a promise'),
  )
  expect(() => broker.planAt(wrong(undefined))).toThrow(
    refused('planAt takes a position, as broker.position() gives it.\n\nvalue: undefined'),
  )
  expect(() => broker.forecastAt(wrong(plan))).toThrow(
    refused('forecastAt takes a plan, as broker.plan() gives it.\n\nvalue: a promise'),
  )
  expect(broker.planAt(await position)).toEqual(await plan)
})

test.for([
  [Number.NaN, 'NaN'],
  [-1, '-1'],
  ['7', '"7"'],
] as const)('a forecast for %j days is refused', async ([days, shown]) => {
  await using simulation = await createSimulatedBroker()
  const { depositFor } = await simulation.broker.forecast()
  expect(() => depositFor(days as number)).toThrow(refused(`days is a number from 0 up.\n\ndays: ${shown}`))
})

test('metrics of no broker are refused at once, and not at the first scrape', () => {
  expect(() => createMetrics(undefined as never)).toThrow(
    refused('createMetrics takes a broker, or what has several.\n\nsource: undefined'),
  )
})

test('a journal without the id of its chain is refused: wallets of two chains would share it', async () => {
  const wallet = '0x525C904B5A255039C9EB316599D487eC86A4644e'
  const needed = (subject: string, missing: string) =>
    refused(`${subject} needs the id of the chain and the wallet.\n\nmissing: ${missing}`)
  await expect(openFileJournal({ wallet } as never)).rejects.toThrow(needed('openFileJournal', 'chainId'))
  await expect(openFileJournal({ chainId: 1n } as never)).rejects.toThrow(needed('openFileJournal', 'wallet'))
  await expect(readFileJournal({ wallet } as never)).rejects.toThrow(needed('readFileJournal', 'chainId'))
})

test('a withdrawal of nothing is refused, and costs no gas', async () => {
  await using simulation = await createSimulatedBroker()
  const { broker } = simulation
  await broker.ledger.addLedger('10')
  const sent = broker.transactions().length
  for (const nothing of ['0', '0.0', 0n])
    await expect(broker.ledger.refund(nothing)).rejects.toMatchObject({
      code: 'OG_LEDGER_CONTRACT',
      errorName: 'ZeroAmountNotAllowed',
    })
  expect(broker.transactions()).toHaveLength(sent)
})

test('a closed broker says that it is closed, and does not say that it was reading', async () => {
  const simulation = await createSimulatedBroker()
  await simulation.close()
  const closed = { name: 'AbortedError', message: 'The broker is closed; nothing was read.' }
  for (const read of [() => simulation.broker.position(), () => simulation.broker.plan()])
    await expect(read()).rejects.toMatchObject(closed)
})
