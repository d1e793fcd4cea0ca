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
