import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, openFileJournal, type Broker } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { EXACT } from '../../support/exact.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../../support/low-wallet.ts'
import { until } from '../../support/until.ts'

const MACHINES = 3

let chain: LocalChain
const brokers: Broker[] = []
let mining: ReturnType<typeof setInterval> | undefined

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 4, fineTuningProviders: 0 })
})
afterEach(async () => {
  clearInterval(mining)
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await chain.setAutomine(true)
})
afterAll(() => chain[Symbol.asyncDispose]())

/** Several machines with one key, each with a state folder of its own, on a chain that mines five blocks a second. */
async function machines(low: LowWallet): Promise<Broker[]> {
  await chain.setAutomine(false)
  mining = setInterval(() => void chain.mine(), 200)
  const { chainId } = await chain.provider.getNetwork()
  const { address: wallet } = low.wallet
  for (let machine = 0; machine < MACHINES; machine += 1) {
    const folder = await mkdtemp(join(process.env['XDG_STATE_HOME'] ?? '', 'machine-'))
    // Brokers of one process would share the lane by the journal's place. Machines know nothing of one another.
    const { place: _, ...journal } = await openFileJournal({ chainId, wallet, path: join(folder, 'journal.jsonl') })
    brokers.push(await createBroker({ signer: low.wallet, network: chain.network, journal, intervalMs: 100 }))
  }
  return brokers
}

function start(broker: Broker, low: LowWallet): void {
  for (const provider of low.needed.keys()) broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100 })
}

async function blocks(count: number): Promise<void> {
  const from = await chain.provider.getBlockNumber()
  await until(async () => (await chain.provider.getBlockNumber()) >= from + count)
}

/** Every machine rests, and nothing of any machine waits for an outcome. */
const allRest = (all: readonly Broker[]) =>
  until(
    () =>
      all.every((broker) => broker.inference.autoFundingStatus().every(({ reason }) => reason === 'sufficient')) &&
      all.every((broker) => broker.transactions().every((one) => !one.getSnapshot().hasTag('open'))),
  )

const topUpsOf = (all: readonly Broker[]): number =>
  all.flatMap((broker) => broker.inference.autoFundingStatus()).reduce((sum, { topUps }) => sum + topUps, 0)

test.each([1, 4])(
  'three machines without a shared journal that start in different blocks pay each of %i needs once',
  async (needs) => {
    const low = await lowWallet(chain, chain.inference.slice(0, needs))
    const all = await machines(low)
    for (const broker of all) {
      start(broker, low)
      await blocks(1)
    }
    await allRest(all)
    const { waiting, ...outcome } = await outcomeOf(chain, low)
    expect(outcome).toEqual({ ...paidOnce(low), waiting: undefined })
    expect([waiting, topUpsOf(all)]).toEqual([0, needs])
  },
)

test('a drain that three running machines see in the same block is paid once, and one machine has paid it', async () => {
  const low = await lowWallet(chain, chain.inference.slice(0, 1))
  const all = await machines(low)
  for (const broker of all) start(broker, low)
  await allRest(all)
  // Each need is paid once by whichever machine gets the nonce.
  expect([await outcomeOf(chain, low), topUpsOf(all)]).toMatchObject([paidOnce(low), 1])
  expect(all.filter((broker) => broker.foreignTransactions() === 0).length).toBeLessThanOrEqual(1)
})

test('several needs that three machines see in the same block are paid at most once by each machine', async () => {
  const low = await lowWallet(chain, chain.inference)
  const all = await machines(low)
  for (const broker of all) start(broker, low)
  await allRest(all)
  const { paid, waiting } = await outcomeOf(chain, low)
  const times = [...low.needed.keys()].map((provider) => paid[provider]?.length ?? 0)
  expect([waiting, Math.min(...times) >= 1, Math.max(...times) <= MACHINES]).toEqual([0, true, true])
  // Whose receipt it is no two machines believe.
  expect(topUpsOf(all)).toBe(times.reduce((sum, count) => sum + count, 0))
})
