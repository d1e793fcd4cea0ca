import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { bentWorld } from '../support/bent-world.ts'

/** A funded wallet, and how often its position is read. */
async function world() {
  const made = bentWorld()
  const state = { reads: 0 }
  const broker = await made.open({
    bend: (connected) => ({
      ...connected,
      readPosition() {
        state.reads += 1
        return connected.readPosition()
      },
    }),
  })
  await made.until(broker.ledger.addLedger('20'))
  await made.until(broker.ledger.transferFund(made.provider, 'inference', '2'))
  state.reads = 0
  return { made, broker, state }
}

test('fifty calls of getLedger at once take at most two readings', async () => {
  const { made, broker, state } = await world()
  await using _ = made
  const all = await Promise.all(Array.from({ length: 50 }, () => broker.ledger.getLedger()))
  expect(new Set(all.map(({ available }) => available))).toEqual(new Set([og('18')]))
  expect(state.reads).toBeLessThanOrEqual(2)
})

test('different calls at once share a reading as well', async () => {
  const { made, broker, state } = await world()
  await using _ = made
  const { ledger, inference } = broker
  await Promise.all([ledger.getLedger(), ledger.refunds(), inference.acknowledged(made.provider), broker.position()])
  expect(state.reads).toBe(1)
})

test('thirty calls on one signal print no warning of a leak', async () => {
  const { made, broker } = await world()
  await using _ = made
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => warnings.push(name)
  process.on('warning', onWarning)
  const { signal } = new AbortController()
  const calls = Array.from({ length: 30 }, () => broker.inference.ensureFunded(made.provider, '2', { signal }))
  expect(new Set(await made.until(Promise.all(calls)))).toEqual(new Set([null]))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})

test('thirty calls of ensureFunded at once take at most two readings where nothing is missing', async () => {
  const { made, broker, state } = await world()
  await using _ = made
  const calls = Array.from({ length: 30 }, () => broker.inference.ensureFunded(made.provider, '2'))
  expect(new Set(await made.until(Promise.all(calls)))).toEqual(new Set([null]))
  expect(state.reads).toBeLessThanOrEqual(2)
})

test('thirty calls of ensureFunded at once take few readings and one transfer where something is missing', async () => {
  const { made, broker, state } = await world()
  await using _ = made
  const calls = Array.from({ length: 30 }, () => broker.inference.ensureFunded(made.provider, '3'))
  const receipts = await made.until(Promise.all(calls))
  expect(receipts.filter((receipt) => receipt !== null)).toHaveLength(1)
  expect(made.position().subAccounts).toMatchObject([{ available: og('3') }])
  expect(state.reads).toBeLessThanOrEqual(4)
})
