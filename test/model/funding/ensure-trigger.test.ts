import fc from 'fast-check'
import { parseEther as og } from 'ethers'
import { describe, expect, test } from 'vitest'
import type { Logger } from '../../../src/index.ts'
import { createSimulatedBroker, type SimulatedBrokerOptions } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

const quiet = { debug: () => undefined, info: () => undefined, error: () => undefined }

/** A simulation with a ledger of 10 OG whose broker collects its warnings. */
async function opened(options: SimulatedBrokerOptions = {}) {
  const warned: string[] = []
  const logger: Logger = { ...quiet, warn: (_, message) => void warned.push(message) }
  const sim = await createSimulatedBroker({ ...options, broker: { logger, ...options.broker } })
  await sim.until(sim.broker.ledger.addLedger('10'))
  const { inference, fineTuning } = sim.broker
  return { sim, warned, inference, fineTuning, provider: sim.provider.address }
}

const available = async (sim: Awaited<ReturnType<typeof opened>>['sim']) =>
  (await sim.broker.position()).subAccounts.map((account) => account.available)

describe('ensureFunded without an amount', () => {
  test("fills up to auto-funding's trigger, and pays nothing when called again", async () => {
    const { sim, warned, inference, provider } = await opened()
    await using _ = sim
    expect(await inference.ensureFunded(provider)).toMatchObject({ success: true, warnings: [] })
    expect(await available(sim)).toEqual([og('2')])
    expect(await inference.ensureFunded(provider, undefined, { timeoutMs: 1_000 })).toBeNull()
    sim.spend(sim.provider, '0.75')
    await inference.ensureFunded(provider)
    expect(await available(sim)).toEqual([og('2')])
    expect(warned).toEqual([])
  })

  test('takes the trigger of the auto-funding that is on for the provider', async () => {
    const { sim, inference, provider } = await opened()
    await using _ = sim
    inference.startAutoFunding(provider, { ...EXACT, minLockedBalance: '1.5', target: '4' })
    inference.pauseAutoFunding(provider)
    await inference.ensureFunded(provider)
    expect(await available(sim)).toEqual([og('3')])
  })

  test('does so for fine-tuning', async () => {
    const { sim, fineTuning, provider } = await opened({ providers: { fineTuning: 1 } })
    await using _ = sim
    expect(await fineTuning.ensureFunded(provider)).toMatchObject({ success: true, warnings: [] })
    expect(await available(sim)).toEqual([og('2')])
  })
})

describe('an amount that the provider keeps in reserve', () => {
  const warning = (amount: string) =>
    `${amount} OG is no more than the provider reserves (1 OG): it serves one answer, then rejections.`

  test('is paid, with one line to the logger and a warning in the result', async () => {
    const { sim, warned, inference, provider } = await opened()
    await using _ = sim
    expect(await inference.ensureFunded(provider, '1')).toMatchObject({ success: true, warnings: [warning('1')] })
    expect(warned).toEqual([warning('1')])
  })

  test('is warned of when it is there already', async () => {
    const { sim, warned, inference, provider } = await opened()
    await using _ = sim
    await inference.ensureFunded(provider, '2')
    expect(await inference.ensureFunded(provider, '0.5')).toBeNull()
    expect(warned).toEqual([warning('0.5')])
  })

  test('causes no warning for fine-tuning, which has no reserve', async () => {
    const { sim, warned, fineTuning, provider } = await opened({ providers: { fineTuning: 1 } })
    await using _ = sim
    expect(await fineTuning.ensureFunded(provider, '1')).toMatchObject({ warnings: [] })
    expect(warned).toEqual([])
  })

  test('is warned of at the reserve, and not a wei above it', async () => {
    const { sim, warned, inference, provider } = await opened()
    await using _ = sim
    await inference.ensureFunded(provider, '2')
    inference.startAutoFunding(provider)
    inference.pauseAutoFunding(provider)
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: og('2') }), async (minLockedBalance) => {
        inference.startAutoFunding(provider, { minLockedBalance })
        for (const amount of [minLockedBalance - 1n, minLockedBalance, minLockedBalance + 1n]) {
          warned.length = 0
          await inference.ensureFunded(provider, amount < 0n ? 0n : amount, { atMost: 0n })
          expect(warned.length).toBe(amount > 0n && amount <= minLockedBalance ? 1 : 0)
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('the first sentence of a refusal names its cause:', () => {
  test.each<[string, SimulatedBrokerOptions, object, string]>([
    ['the ledger', {}, {}, 'The ledger is short by 1.5 OG.'],
    ['maxTopUp', {}, { maxTopUp: '2' }, 'One top-up may not send that much (maxTopUp).'],
    ['a budget', {}, { budget: { amount: '3', per: '1h' } }, 'The budget of this window does not allow it.'],
    ['the reserve', {}, { ledgerReserve: '0.5' }, 'The ledger has no more than its reserve.'],
    [
      'the budget of all',
      { broker: { budget: { amount: '3', per: '1h' } } },
      {},
      'The budget of this window does not allow it.',
    ],
  ])('%s', async (_, options, config, sentence) => {
    const world = await opened(options)
    await using sim = world.sim
    const { inference, provider } = world
    inference.startAutoFunding(provider, config)
    inference.pauseAutoFunding(provider)
    await expect(inference.ensureFunded(provider, '11.5')).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^${sentence.replace(/[.()]/g, '\\$&')}\n`)) as string,
    })
    expect(await available(sim)).toEqual([])
  })

  test('gas', async () => {
    const { sim, inference, provider } = await opened({ funds: '10.0007' })
    await using _ = sim
    inference.startAutoFunding(provider)
    inference.pauseAutoFunding(provider)
    await sim.advance('1m')
    await expect(inference.ensureFunded(provider, '2')).rejects.toMatchObject({
      name: 'InsufficientGasError',
      message: expect.stringMatching(/^The wallet has no more gas than it keeps for the way out\.\n/) as string,
    })
    expect(await available(sim)).toEqual([])
  })
})
