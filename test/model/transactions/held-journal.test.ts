import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { BudgetExhaustedError, LockedError, memoryJournal, type Broker } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { heldJournal } from '../../support/dying-journal.ts'
import { EXACT } from '../../support/exact.ts'

const budget = { amount: '2', per: '1d' } as const

/** A wallet of two processes: the first leaves something open, and the second starts before the first releases the journal. */
async function handedOver(world: ReturnType<typeof bentWorld>, leave: (first: Broker) => Promise<unknown>) {
  const records = memoryJournal()
  const first = await world.open({ journal: records, budget })
  await world.until(first.ledger.addLedger('10'))
  await leave(first)
  const journal = heldJournal(records)
  const next = await world.open({ journal, budget })
  await first.close()
  return { next, letGo: journal.letGo }
}

test('ensureFunded waits for transactions of an earlier process, and pays nothing while its journal is locked', async () => {
  await using world = bentWorld()
  const { next, letGo } = await handedOver(world, async ({ inference, transactions }) => {
    world.chain.setAutomine(false)
    inference.ensureFunded(world.provider, '2').catch(() => undefined)
    await world.advance(0)
    expect(transactions().at(-1)?.getSnapshot().context.operation).toBe('transferFund')
  })
  const atOnce = next.inference.ensureFunded(world.provider, '2', { timeoutMs: 0 })
  await expect(atOnce).rejects.toThrow(LockedError)
  letGo()
  expect(await world.until(next.inference.ensureFunded(world.provider, '2'))).toBeNull()
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
})

test('time limit and signal of ensureFunded of the ledger hold behind a call that waits longer for the journal', async () => {
  await using world = bentWorld()
  const { next, letGo } = await handedOver(world, () => Promise.resolve())
  const patient = next.ledger.ensureFunded('20')
  await world.advance(1)
  const started = world.clock.now()
  const { signal, abort } = abortion()
  const aborted = world.until(outcomeOf(next.ledger.ensureFunded('20', { signal })))
  abort()
  expect(await aborted).toMatchObject({ name: 'AbortedError' })
  const late = await world.until(outcomeOf(next.ledger.ensureFunded('20', { timeoutMs: 5_000 })))
  expect(late).toBeInstanceOf(LockedError)
  expect(late).toMatchObject({ message: 'Another process has the journal.' })
  expect(world.clock.now() - started).toBe(5_000)
  letGo()
  expect(await world.until(patient)).toMatchObject({ status: 1 })
  expect(world.position().ledger).toMatchObject({ available: og('20') })
})

test('a call for the ledger that is aborted behind a deposit under way ends at once, and the one behind it pays nothing twice', async () => {
  await using world = bentWorld()
  const broker = await world.open()
  world.chain.setAutomine(false)
  const first = broker.ledger.ensureFunded('20')
  await world.advance(1)
  const { signal, abort } = abortion()
  const second = outcomeOf(broker.ledger.ensureFunded('20', { signal }))
  const third = broker.ledger.ensureFunded('20')
  abort()
  // No block is mined meanwhile.
  expect(await second).toMatchObject({ name: 'AbortedError' })
  world.chain.setAutomine(true)
  expect(await world.until(first)).toMatchObject({ status: 1 })
  expect(await world.until(third)).toBeNull()
  expect(world.position().ledger).toMatchObject({ available: og('20') })
})

test('the signal of ensureFunded ends the wait for a reading that does not come', async () => {
  await using world = bentWorld()
  let isHanging = false
  const broker = await world.open({
    bend: (connected) => ({
      ...connected,
      readPosition: () => (isHanging ? new Promise(() => undefined) : connected.readPosition()),
    }),
  })
  await world.until(broker.ledger.addLedger('10'))
  isHanging = true
  const { signal, abort } = abortion()
  const both = [
    broker.ledger.ensureFunded('20', { signal }),
    broker.inference.ensureFunded(world.provider, '2', { signal }),
  ]
  const outcomes = both.map(outcomeOf)
  await world.advance(1)
  abort()
  for (const outcome of outcomes) expect(await world.until(outcome)).toMatchObject({ name: 'AbortedError' })
})

/** A signal, and what aborts it. */
function abortion() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** The error of a call that fails. */
const outcomeOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error)

test('ensureFunded counts the budget that an earlier process spent, and needs no journal to see what is there', async () => {
  await using world = bentWorld({ inference: 2 })
  const { next, letGo } = await handedOver(world, ({ inference }) =>
    world.until(inference.ensureFunded(world.provider, '2')),
  )
  expect(await next.inference.ensureFunded(world.provider, '2')).toBeNull()
  letGo()
  const [, other] = world.chain.providers
  await expect(next.inference.ensureFunded(other?.address ?? '', '2')).rejects.toThrow(BudgetExhaustedError)
  expect(world.position().ledger).toMatchObject({ available: og('8') })
})

test('refund of everything withdraws what the transactions of an earlier process leave in the ledger', async () => {
  await using world = bentWorld()
  const { next, letGo } = await handedOver(world, async ({ ledger }) => {
    world.chain.setAutomine(false)
    ledger.transferFund(world.provider, 'inference', '4').catch(() => undefined)
    await world.advance(0)
  })
  letGo()
  await world.until(next.ledger.refund('all'))
  expect(next.transactions().at(-1)?.getSnapshot().context).toMatchObject({ operation: 'refund', amount: `${og('6')}` })
  expect(world.position().ledger).toMatchObject({ available: 0n, locked: og('4') })
})

test('auto-funding that a held journal refused starts once the journal is free, without a payment in between', async () => {
  await using world = bentWorld()
  const { next, letGo } = await handedOver(world, () => Promise.resolve())
  expect(() => next.inference.startAutoFunding(world.provider, EXACT)).toThrow(LockedError)
  await world.advance(0)
  letGo()
  expect(() => next.inference.startAutoFunding(world.provider, EXACT)).toThrow(LockedError)
  await world.advance(0)
  next.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(60)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
})

test.each(['closeLedger', 'cancelClosing'] as const)(
  '%s tries a journal that was held at the start again',
  async (method) => {
    await using world = bentWorld()
    const { next, letGo } = await handedOver(world, () => Promise.resolve())
    await expect(next.ledger[method]()).rejects.toThrow(LockedError)
    letGo()
    if (method === 'closeLedger') expect(await world.until(next.ledger.closeLedger())).toMatchObject({ success: true })
    else await expect(next.ledger.cancelClosing()).rejects.toThrow('closed')
  },
)

test('an intent is resolved in a journal that was held at the start', async () => {
  await using world = bentWorld()
  const { next, letGo } = await handedOver(world, () => Promise.resolve())
  await expect(next.resolveIntent('nothing', 'not-sent')).rejects.toThrow(LockedError)
  letGo()
  await expect(next.resolveIntent('nothing', 'not-sent')).rejects.toMatchObject({ name: 'InvalidInputError' })
})
