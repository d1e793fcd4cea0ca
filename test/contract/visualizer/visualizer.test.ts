import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import type { InspectionEvent } from 'xstate'
import { applyPatch } from '../../../src/visualizer/patch.ts'
import type { Entry, State } from '../../../src/visualizer/protocol.ts'
import { createVisualizer, type Visualizer } from '../../../src/visualizer/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'
import { hello, listen, visit } from '../../support/visitor.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain, proxy: Proxy, user: Wallet, alice: LocalProvider
let restore: () => Promise<void>
let broker: Broker, visualizer: Visualizer

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  restore = await chain.snapshot()
})
beforeEach(() => open({ intervalMs: 100 }))
afterEach(async () => {
  await close()
  // A pending transaction would be mined in the next test.
  await chain.provider.send('anvil_dropAllTransactions', [])
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const url = () => visualizer.url ?? ''
const key = () => `inference:${alice.address}`
/** The provider's service comes with the position after it was read. */
const isNamed = (state: State) => state.subAccounts[key()]?.service !== null

test('hello has the state and the history that led to it', async () => {
  await funded()
  const { id, charts, base, history, version, ...rest } = await hello(url())
  expect(rest).toEqual({
    protocol: 1,
    wallet: user.address,
    network: { name: 'chain 31337', chainId: '31337', explorer: null },
    actions: [],
    dryRun: false,
  })
  expect(version).toMatch(/^\d+\.\d+\.\d+/)
  expect(id).toMatch(/^[\da-f]{12}\.\d+$/)
  expect(charts.map((chart) => chart.id).toSorted()).toEqual(
    expect.arrayContaining(['autoFunding', 'subAccount', 'transaction']),
  )
  expect(base).toMatchObject({ block: null, ledger: null, subAccounts: {}, transactions: {} })
  expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1))
  expect(id).toBe(`${id.split('.')[0]}.${history.length}`)
})

test('a drain has entries for fact, transition, decision, top-up and settling, in that order', async () => {
  // With a long interval the broker reads only after a transaction, or on request.
  await close()
  await open({ intervalMs: 60_000 })
  await funded()
  const visitor = await visit(url())
  const before = visitor.entries.length
  await alice.settle(user.address, og('1.25') + 7n)
  await broker.position()
  await visitor.seen('transition', { from: 'settling' })
  visitor.leave()

  const news = visitor.entries
    .slice(before)
    .filter(({ kind }) => kind !== 'position')
    .map(inShort)
  expect(news).toEqual([
    `fact balance.low ${-(og('1.25') + 7n)}`,
    'subAccount funded|balance.low|low',
    `decision top-up ${og('1.25') + 7n}`,
    'autoFunding watching|plan.topUp|toppingUp',
    'transaction prepared transferFund',
    'transaction prepared|sent|broadcast',
    'transaction broadcast transferFund',
    'transaction broadcast|receipt.succeeded|mined',
    'transaction mined transferFund',
    'autoFunding toppingUp|topUp done|settling',
    `fact balance.ample ${og('1.25') + 7n}`,
    `fact balance.changed ${-(og('1.25') + 7n)}`,
    expect.stringMatching(/^fact balance.changed -\d+$/), // the wallet's gas
    'subAccount low|balance.ample|funded',
    'decision hold sufficient',
    'autoFunding settling|reading.caughtUp|watching',
    'autoFunding watching|plan.sufficient|watching',
  ])
})

test('the state at any moment is the base with all patches up to it', async () => {
  await funded()
  await alice.settle(user.address, og('1.25'))
  const visitor = await visit(url())
  await visitor.seen('transition', { from: 'settling' })
  await until(() => visitor.entries.at(-1)?.kind === 'position' && isNamed(visitor.state()))
  visitor.leave()

  const [transaction] = broker.transactions().slice(-1)
  const { context } = transaction?.getSnapshot() ?? {}
  const { subAccounts, transactions, ledger, wallet, block, reading } = visitor.state()
  const position = await broker.position()
  expect({ ledger, wallet, reading }).toEqual({
    ledger: { available: `${og('6.75')}`, total: `${og('8.75')}`, locked: `${og('2')}`, additionalInfo: '' },
    wallet: { address: user.address, balance: `${position.wallet.balance}` },
    reading: { failures: 0, error: null, dropped: expect.any(Number) as number },
  })
  expect(block).toEqual(position.block)
  const at = expect.any(Number)
  expect(subAccounts).toEqual({
    [key()]: {
      key: key(),
      provider: alice.address,
      serviceType: 'inference',
      account: {
        balance: `${og('2')}`,
        pendingRefund: '0',
        available: `${og('2')}`,
        claimable: '0',
        refunds: [],
        acknowledged: true,
        tokensRevoked: false,
      },
      lifecycle: { value: 'funded', edge: 'low|balance.ample|funded', since: at },
      plan: {
        action: 'hold',
        reason: 'sufficient',
        amount: null,
        fromRefund: null,
        missing: null,
        required: `${og('2')}`,
        target: `${og('2')}`,
        deficit: '0',
        burnRate: null,
        runway: null,
        anomaly: null,
        firstDay: null,
        limits: { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: '0' },
      },
      autoFunding: {
        value: 'watching',
        edge: 'watching|plan.sufficient|watching',
        since: at,
        reason: 'sufficient',
        amount: null,
        lastTopUp: { amount: `${og('1.25')}`, transactionHash: context?.hash, blockNumber: context?.blockNumber },
        topUps: 1,
        paid: `${og('1.25')}`,
        failure: null,
        unsettledFee: '0',
        feeError: null,
      },
      dryAt: null,
      service: { model: 'local-model', url: '' },
    },
  })
  expect(transactions[context?.id ?? '']).toEqual({
    ...context,
    subAccount: key(),
    fromLedger: undefined,
    value: 'mined',
    edge: 'broadcast|receipt.succeeded|mined',
    since: at,
  })
})

test('a client that reconnects with its last id misses no entry and gets none twice', async () => {
  await funded()
  const visitor = await visit(url())
  visitor.leave()
  const last = (await hello(url())).id
  await alice.settle(user.address, og('1'))
  await until(() => broker.inference.autoFundingStatus()[0]?.topUps === 1)

  const back = await listen(url(), { after: 'stale.1', lastEventId: last })
  await back.seen('transition', { to: 'settling' })
  back.leave()
  const { history } = await hello(url())
  const [, seq] = last.split('.')
  expect(back.resets).toEqual([])
  expect(back.entries).toEqual(history.slice(Number(seq), Number(seq) + back.entries.length))
  expect(back.ids[0]).toBe(`${last.split('.')[0]}.${Number(seq) + 1}`)
})

test('a client that reconnects after a restart, or after its entry was dropped, is told to load everything again', async () => {
  await funded()
  const { id } = await hello(url())
  await visualizer.close()
  visualizer = await createVisualizer(broker, { history: { entries: 2 } })
  const [restarted, never] = [await listen(url(), { lastEventId: id }), await listen(url(), { after: 'nonsense' })]
  await until(() => restarted.resets.length > 0 && never.resets.length > 0)
  expect([restarted.resets, never.resets]).toEqual([[{ reason: 'restarted' }], [{ reason: 'restarted' }]])

  await alice.settle(user.address, og('1'))
  await until(async () => ((await hello(url())).history.at(0)?.seq ?? 0) > 1)
  const old = await listen(url(), { after: `${(await hello(url())).id.split('.')[0]}.0` })
  await until(() => old.resets.length > 0)
  expect(old.resets).toEqual([{ reason: 'too-old' }])
  await until(() => broker.inference.autoFundingStatus()[0]?.topUps === 1)
})

test('dropped entries stay in the base', async () => {
  await visualizer.close()
  visualizer = await createVisualizer(broker, { history: { entries: 3 } })
  await using other = await createVisualizer(broker)
  await funded()
  const all = await visit(other.url ?? '')
  await alice.settle(user.address, og('1'))
  await all.seen('transition', { from: 'settling' })
  await until(() => all.entries.at(-1)?.kind === 'position')
  all.leave()

  const { base, history } = await hello(url())
  expect(history).toHaveLength(3)
  const { ledger, transactions, subAccounts } = history.map(({ patch }) => patch).reduce(applyPatch, base)
  const known = all.state()
  expect(ledger).toEqual(known.ledger)
  expect(Object.keys(transactions)).toEqual(Object.keys(known.transactions))
  expect(subAccounts[key()]?.account).toEqual(known.subAccounts[key()]?.account)
})

test('a failed reading has entries for the failure and for the holds; the next reading clears it', async () => {
  await funded()
  const visitor = await visit(url())
  const mend = proxy.fault(() => ({ kind: 'http', status: 503 }))
  await visitor.seen('failure', { failures: 1 })
  await visitor.seen('decision', { reason: 'stale-reading' })
  const { failures, error } = visitor.state().reading
  expect(failures).toBeGreaterThanOrEqual(1)
  expect(error).toMatch(/^The chain could not be read|^The node/)
  mend()
  await until(() => visitor.state().reading.failures === 0)
  visitor.leave()
})

test('inspect and inspections$ get the same events, and all of them are JSON', async () => {
  const [early, late]: string[][] = [[], []]
  const inShort = ({ type, actorRef, ...more }: InspectionEvent) =>
    JSON.stringify({ type, id: actorRef.sessionId, ...more })
  await using inspected = await createBroker({
    signer: user.connect(connect(proxy.url)),
    network: chain.network,
    intervalMs: 100,
    journal: memoryJournal(),
    inspect: (event) => early?.push(inShort(event)),
  })
  const before = early?.length ?? 0
  const inspecting = inspected.inspections$.subscribe((event) => late?.push(inShort(event)))
  await inspected.ledger.addLedger('10')
  inspected.inference.startAutoFunding(alice.address, EXACT)
  await until(() => inspected.inference.autoFundingStatus()[0]?.topUps === 1)
  inspecting.unsubscribe()
  expect(late?.length).toBeGreaterThan(20)
  expect(early?.slice(before, before + (late?.length ?? 0))).toEqual(late)
  expect(late?.join()).toContain(`"amount":"${og('2')}"`)
})

test('an open page keeps the broker reading, and shows the present state of a broker that ran before', async () => {
  await funded()
  broker.inference.stopAutoFunding()
  await visualizer.close()
  visualizer = await createVisualizer(broker)
  const visitor = await visit(url())
  await until(() => visitor.entries.filter(({ kind }) => kind === 'position').length > 1)
  visitor.leave()
  const { subAccounts, transactions } = visitor.state()
  expect(subAccounts[key()]).toMatchObject({
    lifecycle: { value: 'funded', edge: null, since: 0 },
    autoFunding: null,
    plan: { action: 'hold', reason: 'off' },
  })
  expect(Object.values(transactions).map(({ operation, value }) => `${operation} ${value}`)).toEqual([
    'addLedger mined',
    'transferFund mined',
  ])
})

async function open({ intervalMs }: { intervalMs: number }): Promise<void> {
  const signer = user.connect(connect(proxy.url))
  broker = await createBroker({ signer, network: chain.network, intervalMs, journal: memoryJournal() })
  visualizer = await createVisualizer(broker)
}

async function close(): Promise<void> {
  await visualizer.close()
  await broker.close()
}

/** A ledger of 10 OG, 2 OG of them with Alice, whose sub-account auto-funding keeps funded. */
async function funded(): Promise<void> {
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(alice.address, 'inference', '2')
  broker.inference.startAutoFunding(alice.address, EXACT)
  await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'sufficient')
}

function inShort(entry: Entry): string {
  switch (entry.kind) {
    case 'fact':
      return `fact ${entry.fact} ${entry.change}`
    case 'transition':
      return `${entry.machine} ${entry.edge}`
    case 'decision':
      return `decision ${entry.action} ${entry.amount ?? entry.reason}`
    case 'transaction':
      return `transaction ${entry.value} ${entry.operation}`
    case 'position':
    case 'deposit':
    case 'failure':
    case 'control':
      return entry.kind
    default:
      return entry satisfies never
  }
}
