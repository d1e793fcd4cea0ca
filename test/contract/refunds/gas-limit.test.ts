import { getAddress, parseEther as og, toBeHex, toQuantity, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, PartlyDoneError, type Broker, type ClaimReceipt } from '../../../src/index.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'

const LOCK = 3600
const PROVIDERS = 8
// Their digits are found in no other word of a call.
const providers = Array.from({ length: PROVIDERS }, (_, index) =>
  getAddress(toBeHex((0xabcdefn << 136n) + BigInt(index), 20)),
)

let chain: LocalChain, proxy: Proxy
let restore: () => Promise<void>
let user: Wallet
let broker: Broker
let heal = (): void => undefined

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  await transact(user, [
    callOf(chain.contracts.ledger, 'addLedger', [''], og('100')),
    ...providers.map((provider) => transfer(provider, '1')),
  ])
  restore = await chain.snapshot()
})
afterEach(async () => {
  heal()
  await broker.close()
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test('a claim whose retrieve is more gas than a node allows is made in halves, each with a record of its own', async () => {
  await matured()
  const journal = memoryJournal()
  broker = await open(journal)
  const tooMuch = { kind: 'rpc', code: -32_000, message: 'gas required exceeds allowance (8000000)' } as const
  heal = proxy.fault(({ method, params: [call] }) =>
    method === 'eth_estimateGas' && providers.filter((one) => isIn(call, one)).length > 3 ? tooMuch : undefined,
  )
  const receipt = await broker.ledger.claimRefunds()
  heal()
  expect(receipt).toMatchObject({ claimed: og('8'), putBack: 0n, leftOut: [] } satisfies Partial<ClaimReceipt>)
  expect(receipt.receipts).toHaveLength(4)
  const began = journal.records.filter((one) => one.type === 'claiming').map(({ accounts }) => accounts.length)
  expect(began).toEqual([8, 4, 2, 2, 4, 2, 2])
  expect(journal.records.filter(({ type }) => type === 'claiming-ended')).toHaveLength(began.length)
  expect(await standing()).toEqual({ ledger: og('100'), locked: 0n })
})

test('a half that fails after others were mined rejects with their receipts and amounts, and with what is left', async () => {
  broker = await open(memoryJournal())
  await limitBlocks(await mostGas())
  let asked = 0
  heal = proxy.fault(({ method, params: [call] }) => {
    if (method !== 'eth_estimateGas') return undefined
    // It is in the whole, and in the last half.
    if (!isIn(call, providers.at(-1) ?? '')) return undefined
    asked += 1
    return asked > 1 ? { kind: 'rpc', code: -32_000, message: 'overloaded' } : undefined
  })
  const error: unknown = await broker.ledger.retrieveFund('inference').catch((reason: unknown) => reason)
  heal()
  if (!(error instanceof PartlyDoneError)) throw new Error(String(error))
  const { operation, receipts, askedBack, claimed, putBack, left, leftOut } = error
  const { subAccounts } = await broker.position()
  const locked = subAccounts.filter(({ pendingRefund }) => pendingRefund > 0n)
  expect({ operation, askedBack, claimed, putBack, leftOut }).toEqual({
    operation: 'retrieveFund',
    askedBack: og(String(locked.length)),
    claimed: 0n,
    putBack: 0n,
    leftOut: [],
  })
  expect(locked.length).toBeGreaterThan(0)
  expect(receipts.map(({ success }) => success)).toEqual(receipts.map(() => true))
  expect([...locked, ...left].map(({ provider }) => provider).toSorted()).toEqual(providers.toSorted())
  expect(error.cause).toMatchObject({ name: 'GasEstimateError' })
  const rest = await broker.ledger.retrieveFund('inference')
  expect(rest.leftOut).toEqual([])
  expect(await standing()).toEqual({ ledger: og('92'), locked: og('8') })
})

/** Whether a call is about a provider. */
function isIn(call: unknown, provider: string): boolean {
  const { data = '', input = data } = call as { data?: string; input?: string }
  return input.toLowerCase().includes(provider.slice(2).toLowerCase())
}

/** Enough for a few sub-accounts, and not for all. */
async function mostGas(): Promise<bigint> {
  const { data } = retrieve()
  const all = await chain.provider.estimateGas({
    from: user.address,
    to: await chain.contracts.ledger.getAddress(),
    data,
  })
  return (all * 3n) / 5n
}

const limitBlocks = (gas: bigint) => chain.provider.send('evm_setBlockGasLimit', [toQuantity(gas)])

function retrieve() {
  const data = chain.contracts.ledger.interface.encodeFunctionData('retrieveFund', [providers, 'inference-v1.0'])
  return { data }
}

async function matured(): Promise<void> {
  await transact(user, [
    { ...callOf(chain.contracts.ledger, 'retrieveFund', [providers, 'inference-v1.0']), gasLimit: 6_000_000 },
  ])
  await chain.warp(LOCK)
}

async function open(journal: ReturnType<typeof memoryJournal>): Promise<Broker> {
  const signer = user.connect(connect(proxy.url))
  return createBroker({ signer, network: chain.network, intervalMs: 60_000, journal })
}

async function standing() {
  const { ledger, subAccounts } = await broker.position()
  return { ledger: ledger?.available, locked: subAccounts.reduce((sum, { pendingRefund }) => sum + pendingRefund, 0n) }
}

function transfer(provider: string, amount: string): Call {
  return callOf(chain.contracts.ledger, 'transferFund', [provider, 'inference-v1.0', og(amount)])
}
