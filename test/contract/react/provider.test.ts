import type { Wallet } from 'ethers'
import { createElement, StrictMode, useEffect } from 'react'
import { create, type ReactTestRenderer } from 'react-test-renderer'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createBroker, ogToWei, type Broker, type BrokerOptions, type LedgerPosition } from '../../../src/index.ts'
import { LedgerProvider, useBroker, useLedger, type OpenedBroker, type Reading } from '../../../src/react/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let page: ReactTestRenderer | null = null
let opened: OpenedBroker
let ledger: Reading<LedgerPosition | null>
/** Every broker that the page was given, in order. */
let brokers: Broker[]

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 2 })
})
beforeEach(() => {
  brokers = []
  opened = { broker: null, status: 'idle', error: null }
  ledger = { data: undefined, status: 'pending', error: null }
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
  // The test renderer says at each use that it is deprecated.
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => {
    if (!/react-test-renderer|multiple renderers/.test(String(words[0]))) throw new Error(words.map(String).join(' '))
  })
})
afterEach(() => {
  page?.unmount()
  page = null
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})
afterAll(() => chain[Symbol.asyncDispose]())

function Page(): null {
  const now = useBroker()
  const reading = useLedger()
  useEffect(() => {
    opened = now
    ledger = reading
    if (now.broker && brokers.at(-1) !== now.broker) brokers.push(now.broker)
  })
  return null
}

const signer = (index: number): Wallet => {
  const wallet = chain.wallets[index]
  if (!wallet) throw new Error('The chain has no such wallet.')
  return wallet
}
/** The journal is the default one: a file that one broker has at a time. */
const optionsOf = (index: number): BrokerOptions => ({ signer: signer(index), network: chain.network, intervalMs: 100 })

/** Shows the page with these options. What comes of it is waited for: a real chain answers when it answers. */
function show(options: BrokerOptions | null): void {
  const tree = createElement(StrictMode, null, createElement(LedgerProvider, { options }, createElement(Page)))
  if (page) page.update(tree)
  else page = create(tree)
}

test('StrictMode opens a broker that has the journal, and an unmounted page gives it back', async () => {
  show(optionsOf(0))
  await until(() => opened.status === 'open' && ledger.status === 'fresh')
  expect(brokers).toHaveLength(1)
  expect(brokers[0]?.refusal()).toBeNull()
  expect(await brokers[0]?.ledger.addLedger('10')).toMatchObject({ success: true })
  await until(() => ledger.data?.available === ogToWei('10'))

  page?.unmount()
  page = null
  await until(async () => {
    await using next = await createBroker(optionsOf(0))
    return next.refusal() === null
  })
})

test('the same options in a new object keep the broker, and another signer gets one of its own', async () => {
  show(optionsOf(0))
  await until(() => opened.status === 'open')
  show(optionsOf(0))
  await brokers[0]?.position()
  expect(opened.broker).toBe(brokers[0])

  show(optionsOf(1))
  await until(() => brokers.length === 2 && ledger.status === 'fresh')
  expect(brokers.map(({ wallet }) => wallet)).toEqual([signer(0).address, signer(1).address])
  expect(ledger.data).toBeNull()

  show(null)
  await until(() => opened.status === 'idle')
  expect(opened).toEqual({ broker: null, status: 'idle', error: null })
})

test('a broker that cannot be opened leaves its reason with the broker and with each reading', async () => {
  show({ signer: signer(0), network: { ...chain.network, chainId: 5 } })
  await until(() => opened.status === 'error')
  expect(opened).toMatchObject({ broker: null, error: { name: 'InvalidInputError' } })
  expect(ledger).toMatchObject({ data: undefined, status: 'error', error: { name: 'InvalidInputError' } })
  show(optionsOf(0))
  await until(() => opened.status === 'open' && ledger.data !== undefined)
})
