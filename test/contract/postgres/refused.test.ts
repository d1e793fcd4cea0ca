import { parseEther, Transaction, Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createFleet, type Fleet } from 'og-ledger/fleet'
import { postgresLeases } from 'og-ledger/postgres'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { EXACT } from '../../support/exact.ts'
import { lowWallet, outcomeOf, type LowWallet } from '../../support/low-wallet.ts'
import { mining } from '../../support/mining.ts'
import { startProxiedPostgres, type ProxiedPostgres } from '../../support/proxied-postgres.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until as untilWithin } from '../../support/until.ts'

const REFUSAL = { kind: 'rpc', code: -32_007, message: 'Sender account not authorized to send transactions' } as const
const held = 'a part of the budget that several machines share is kept'

let chain: LocalChain
let postgres: ProxiedPostgres
/** The node of the first machine, which refuses what it is sent. */
let refusing: Proxy
let passing: AsyncDisposable
let heal = (): void => undefined
/** The bytes that it refused, oldest first. */
let refused: string[]
const fleets: Fleet[] = []
let count = 0

beforeAll(async () => {
  postgres = await startProxiedPostgres()
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  refusing = await startProxy(chain.anvil.url)
})
afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.close()))
  await passing[Symbol.asyncDispose]()
  heal()
})
afterAll(async () => {
  await refusing.stop()
  await chain[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const until = (condition: () => boolean | Promise<boolean>) => untilWithin(condition, 60_000)

/** Two wallets that need as much as a budget allows one of them, of which a node has refused the first one's payment for good. */
async function refusedWorld() {
  const [first, second] = [await lowWallet(chain, chain.inference), await lowWallet(chain, chain.inference)]
  // Until then time passes with blocks alone: what was refused is not tried again.
  const time = { passes: true }
  passing = mining(chain, () => time.passes)
  count += 1
  const world = { first, second, time, name: `budget ${count}`, warnings: [] as unknown[] }
  refused = []
  heal = refusing.fault(({ method, params: [raw] }) => {
    if (method !== 'eth_sendRawTransaction') return undefined
    if (!refused.includes(String(raw))) refused.push(String(raw))
    return REFUSAL
  })
  const one = await machine(world, { wallets: [first], url: refusing.url, holder: 'one' })
  await until(async () => (await refusals(first)) === 1)
  time.passes = false
  return { ...world, one }
}

type World = { name: string; warnings: unknown[] }

async function machine(
  { name, warnings }: World,
  { wallets, url, holder }: { wallets: readonly LowWallet[]; url: string; holder: string },
): Promise<Fleet> {
  const keys = new Map(wallets.map(({ wallet }) => [wallet.address, wallet.privateKey]))
  const silent = { debug: () => undefined, info: () => undefined, error: () => undefined }
  const logger = {
    ...silent,
    warn: (details: object, text: string) => void (text === held && warnings.push({ ...details, text })),
  }
  const fleet = await createFleet({
    provider: connect(url),
    network: chain.network,
    wallets: [...keys.keys()],
    signerFor: (wallet) => new Wallet(keys.get(wallet) ?? ''),
    policyFor: () => ({
      autoFunding: chain.inference.map(({ address }) => ({
        provider: address,
        config: { ...EXACT, unsettledFee: false as const },
      })),
    }),
    leases: postgresLeases({ pool: postgres.direct, holder, leaseMs: 4_000, logger }),
    budget: { amount: '2', per: '1h', name },
    intervalMs: 300,
  })
  fleets.push(fleet)
  return fleet
}

async function refusals({ wallet }: LowWallet): Promise<number> {
  const { rows } = await postgres.direct.query(
    `select from og_ledger.og_ledger_journal where wallet = $1 and record->>'refused' = 'true'`,
    [Buffer.from(wallet.address.slice(2), 'hex')],
  )
  return rows.length
}

async function spentIn(name: string): Promise<bigint> {
  const { rows } = await postgres.direct.query<{ spent: string }>(
    'select spent from og_ledger.og_ledger_spent_in($1, $2, 3600)',
    [String(chain.network.chainId), name],
  )
  return BigInt(rows[0]?.spent ?? 0)
}

const paid = async (...all: readonly LowWallet[]) =>
  (await Promise.all(all.map((one) => outcomeOf(chain, one)))).map(({ spent }) => spent)
const neededBy = ({ needed }: LowWallet): bigint => [...needed.values()].reduce((sum, one) => sum + one, 0n)
const reasonsOf = (fleet: Fleet) => {
  const plans = fleet.brokers().flatMap((broker) => broker.latest() ?? [])
  return plans.flatMap(({ decisions }) => decisions.map((one) => ('reason' in one ? one.reason : one.action)))
}

/** Several readings after now. */
async function readings(fleet: Fleet): Promise<void> {
  let seen = 0
  const watching = fleet.plan$.subscribe(() => (seen += 1))
  await until(() => seen >= 5)
  watching.unsubscribe()
}

test('what one node refused for good and another one mines leaves no room in the budget for another machine', async () => {
  const { first, second, name, warnings } = await refusedWorld()
  const two = await machine({ name, warnings }, { wallets: [second], url: chain.anvil.url, holder: 'two' })
  // What is left beside the place that is kept can be paid.
  await until(async () => (await paid(second))[0] === parseEther('2') - neededBy(first))
  await until(() => reasonsOf(two).includes('budget-exhausted'))
  await chain.provider.send('eth_sendRawTransaction', [refused[0]])
  await chain.mine()
  await readings(two)
  expect(await paid(first, second)).toEqual([neededBy(first), parseEther('2') - neededBy(first)])
  expect(warnings).toContainEqual({
    budget: name,
    held: expect.stringContaining(first.wallet.address.toLowerCase()) as string,
    text: held,
  })
  await until(async () => (await spentIn(name)) === parseEther('2'))
})

test('the wallet whose payment was refused may pay it anew although the budget has no room, also on another machine', async () => {
  const { first, second, name, warnings, one, time } = await refusedWorld()
  const two = await machine({ name, warnings }, { wallets: [second], url: chain.anvil.url, holder: 'two' })
  await until(async () => (await spentIn(name)) === parseEther('2'))
  await one.close()
  await machine({ name, warnings }, { wallets: [first], url: chain.anvil.url, holder: 'three' })
  time.passes = true
  await until(async () => (await paid(first))[0] === neededBy(first))
  await readings(two)
  const sent = Transaction.from(refused[0]).nonce
  expect([sent, await paid(first, second)]).toEqual([first.nonce, [neededBy(first), parseEther('2') - neededBy(first)]])
  expect(await spentIn(name)).toBe(parseEther('2'))
})

test('once another transaction of its wallet has the nonce for good, the place is free, after a takeover, too', async () => {
  const { first, second, name, warnings, one, time } = await refusedWorld()
  const two = await machine({ name, warnings }, { wallets: [second], url: chain.anvil.url, holder: 'two' })
  await until(async () => (await spentIn(name)) === parseEther('2'))
  await one.close()
  // Its provider needs nothing more.
  const [provider] = chain.inference
  await transferBy(first, provider?.address ?? '')
  await machine({ name, warnings }, { wallets: [first], url: chain.anvil.url, holder: 'three' })
  time.passes = true
  await until(async () => (await paid(second))[0] === neededBy(second))
  await readings(two)
  expect(await spentIn(name)).toBe(neededBy(second))
})

/** A person's own payment at the nonce of the refused one. */
async function transferBy({ wallet, needed }: LowWallet, provider: string): Promise<void> {
  const ledger = chain.contracts.ledger.connect(wallet) as typeof chain.contracts.ledger
  await chain.setAutomine(true)
  await ledger.getFunction('transferFund')(provider, 'inference-v1.0', needed.get(provider))
}
