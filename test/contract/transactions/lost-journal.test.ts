import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { callOf } from '../../../src/local/transact.ts'
import { createFleet } from '../../../src/fleet/index.ts'
import { createBroker, memoryJournal, NotSentError, type Broker, type Journal } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { drainedWallet, holdingsOf } from '../../support/drained-wallet.ts'
import { errorInTime, lastOf } from '../../support/outcome.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

/** What a drained wallet holds once the 1 OG that is missing was paid once. */
const PAID_ONCE = { subAccount: og('2'), ledger: og('16') }
const HELD = { state: 'held', reason: 'unknown-pending' }
const FUNDED = { state: 'watching', reason: 'sufficient' }

let chain: LocalChain
let signer: Wallet
let nonce: number
const brokers: Broker[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
})
beforeEach(async () => {
  signer = await drainedWallet(chain)
  nonce = await signer.getNonce()
  await chain.setAutomine(false)
})
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await chain.provider.send('anvil_dropAllTransactions', [])
  await chain.setAutomine(true)
})
afterAll(() => chain[Symbol.asyncDispose]())

const provider = () => chain.inference[0]?.address ?? ''

async function open(journal: Journal = memoryJournal()): Promise<Broker> {
  const broker = await createBroker({ signer, network: chain.network, journal, intervalMs: 200 })
  brokers.push(broker)
  return broker
}

const statusOf = (broker: Broker) => {
  const { state, reason } = broker.inference.autoFundingStatus()[0] ?? {}
  return { state, reason }
}

/** Waits until auto-funding rests, for whatever reason, or has sent something. */
const statusOnceHeld = (broker: Broker) =>
  lastOf(
    () => statusOf(broker),
    ({ reason }) => reason === HELD.reason,
  )

/** Mines what waits, a block every poll, until the sub-account has enough. */
const statusOnceFunded = (broker: Broker) =>
  lastOf(
    async () => {
      await chain.mine()
      return statusOf(broker)
    },
    ({ reason }) => reason === FUNDED.reason,
  )

/** A first process sends a top-up that waits in the pool, and ends. */
async function leavesTopUpPending(journal: Journal): Promise<void> {
  const first = await open(journal)
  first.inference.startAutoFunding(provider(), EXACT)
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  await first.close()
}

test('a top-up that waits in the pool and in no journal holds auto-funding, and is not paid again', async () => {
  await leavesTopUpPending(memoryJournal())
  const second = await open()
  second.inference.startAutoFunding(provider(), EXACT)
  expect.soft(await statusOnceHeld(second)).toEqual(HELD)
  expect.soft(await signer.getNonce('pending')).toBe(nonce + 1)
  expect.soft(await statusOnceFunded(second)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test('a fleet, which asks for nonces only before the first payment of a wallet, does not pay such a top-up again', async () => {
  await leavesTopUpPending(memoryJournal())
  const config = { ...EXACT, unsettledFee: false as const }
  await using fleet = await createFleet({
    provider: chain.provider,
    network: chain.network,
    wallets: [signer.address],
    signerFor: () => signer,
    journalFor: () => memoryJournal(),
    policyFor: () => ({ autoFunding: [{ provider: provider(), config }] }),
    intervalMs: 200,
  })
  const [broker] = fleet.brokers()
  if (!broker) throw new Error('The fleet has no broker.')
  expect.soft(await statusOnceHeld(broker)).toEqual(HELD)
  expect.soft(await signer.getNonce('pending')).toBe(nonce + 1)
  expect.soft(await statusOnceFunded(broker)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test('a top-up that the pool drops while no journal knows it is paid anew, once', async () => {
  await leavesTopUpPending(memoryJournal())
  const second = await open()
  second.inference.startAutoFunding(provider(), EXACT)
  expect.soft(await statusOnceHeld(second)).toEqual(HELD)
  await chain.provider.send('anvil_dropAllTransactions', [])
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  expect.soft(await statusOnceFunded(second)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test('a journal that is restored from a backup of before the top-up does not pay it again', async () => {
  const journal = memoryJournal()
  const earlier = await open(journal)
  const deposited = earlier.ledger.depositFund('1')
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  await chain.mine()
  await deposited
  await earlier.close()
  nonce += 1
  const backup = [...journal.records]
  await leavesTopUpPending({ ...memoryJournal(), load: () => Promise.resolve(backup) })
  const second = await open({ ...memoryJournal(), load: () => Promise.resolve(backup) })
  second.inference.startAutoFunding(provider(), EXACT)
  expect.soft(await statusOnceHeld(second)).toEqual(HELD)
  expect.soft(await statusOnceFunded(second)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual({ ...PAID_ONCE, ledger: og('17') })
})

test('what a person or program asks for is refused while a pending nonce is unknown, and names that nonce', async () => {
  await leavesTopUpPending(memoryJournal())
  const second = await open()
  const failures = {
    transferFund: errorInTime(second.ledger.transferFund(provider(), 'inference', '1')),
    depositFund: errorInTime(second.ledger.depositFund('1')),
  }
  for (const [name, failure] of Object.entries(failures)) {
    const error = await failure
    expect.soft([name, error]).toMatchObject([name, { name: 'UnknownPendingError' }])
    expect.soft(error).toBeInstanceOf(NotSentError)
    expect.soft(error.message).toMatch(new RegExp(`nonce.*\\b${nonce}\\b`, 's'))
  }
  expect(await signer.getNonce('pending')).toBe(nonce + 1)
})

test('ensureFunded sees what the pool already holds, and pays nothing on top', async () => {
  await leavesTopUpPending(memoryJournal())
  const second = await open()
  const ensured = second.inference.ensureFunded(provider(), '2', { timeoutMs: 6_000 }).catch(() => null)
  await lastOf(
    () => signer.getNonce('pending'),
    (count) => count === nonce + 2,
    1_000,
  )
  await chain.setAutomine(true)
  await chain.mine()
  expect.soft(await ensured).toBeNull()
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test('a transfer that another program with the key has in the pool is waited for, and counted', async () => {
  const { to, data } = callOf(chain.contracts.ledger, 'transferFund', [provider(), 'inference-v1.0', og('1')])
  const broker = await open()
  await signer.sendTransaction({ to: to ?? '', data, gasLimit: 1_000_000n, nonce })
  broker.inference.startAutoFunding(provider(), EXACT)
  expect.soft(await statusOnceHeld(broker)).toEqual(HELD)
  expect.soft(await statusOnceFunded(broker)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test('an unknown transaction that a submission finds is waited for, and the top-up follows it without a back-off', async () => {
  const broker = await open()
  broker.inference.startAutoFunding(provider(), EXACT)
  broker.inference.pauseAutoFunding()
  await until(() => statusOf(broker).reason === 'paused')
  await signer.sendTransaction({ to: signer.address, gasLimit: 21_000n, nonce })
  broker.inference.resumeAutoFunding()
  expect.soft(await statusOnceHeld(broker)).toEqual(HELD)
  expect.soft(await signer.getNonce('pending')).toBe(nonce + 1)
  await chain.mine()
  // Few blocks follow: a back-off would outlast them, and three quiet ones end the hold after a foreign transaction.
  let mined = 0
  expect
    .soft(
      await lastOf(
        async () => {
          if ((mined += 1) % 20 === 0 && mined < 160) await chain.mine()
          return signer.getNonce('pending')
        },
        (count) => count === nonce + 2,
      ),
    )
    .toBe(nonce + 2)
  await chain.mine()
  expect.soft(await statusOnceFunded(broker)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test('a top-up of a lost journal that waits above a free nonce is let through by a transfer of nothing, and is not paid again', async () => {
  const { to, data } = callOf(chain.contracts.ledger, 'transferFund', [provider(), 'inference-v1.0', og('1')])
  await signer.sendTransaction({ to: to ?? '', data, gasLimit: 1_000_000n, nonce: nonce + 1 })
  const broker = await open()
  broker.inference.startAutoFunding(provider(), EXACT)
  expect.soft(await statusOnceHeld(broker)).toEqual(HELD)
  expect.soft(await statusOnceFunded(broker)).toEqual(FUNDED)
  expect.soft(broker.transactions().map((one) => one.getSnapshot().context.operation)).toEqual(['fillNonce'])
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test('what the journal knows is no unknown transaction: a restart goes on with it and pays once', async () => {
  const journal = memoryJournal()
  await leavesTopUpPending(journal)
  const second = await open({ ...memoryJournal(), load: () => Promise.resolve([...journal.records]) })
  second.inference.startAutoFunding(provider(), EXACT)
  expect(
    await lastOf(
      () => statusOf(second),
      ({ reason }) => reason === 'in-flight',
    ),
  ).toEqual({
    state: 'held',
    reason: 'in-flight',
  })
  expect(await statusOnceFunded(second)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})
