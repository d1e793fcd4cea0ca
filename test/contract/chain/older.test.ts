import { id, parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import type { Fault, FaultRule } from '../../support/faults.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'

const LIMITS = [
  'MIN_ACCOUNT_BALANCE()',
  'MIN_TRANSFER_AMOUNT()',
  'MAX_PROVIDERS_PER_BATCH()',
  'MAX_PROVIDERS_PER_USER_PER_SERVICE()',
  'MAX_ADDITIONAL_INFO_LENGTH()',
]

let chain: LocalChain, proxy: Proxy
let restore: () => Promise<void>
let user: Wallet, alice: LocalProvider
const removals: (() => void)[] = []
const brokers: Broker[] = []

beforeAll(async () => {
  // Without Multicall3 the proxy sees each call and can refuse it.
  chain = await localChain({ multicall3: false, inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  const { ledger } = chain.contracts
  await transact(user, [
    callOf(ledger, 'addLedger', [''], og('10')),
    callOf(ledger, 'transferFund', [alice.address, 'inference-v1.0', og('2')]),
  ])
  restore = await chain.snapshot()
})
beforeEach(() => proxy.reset())
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

describe('a deployment without', () => {
  test.for<[string, (broker: Broker) => Promise<unknown>]>([
    ['depositFundFor(address)', ({ ledger }) => ledger.depositFundFor(alice.address, '3')],
    ['updateAdditionalInfo(string)', ({ ledger }) => ledger.updateAdditionalInfo('info')],
    ['addLedger(string)', ({ ledger }) => ledger.addLedger('3')],
  ])('%s names the missing function, and the broker sends nothing', async ([signature, attempt]) => {
    missing(signature)
    const capability = signature === 'addLedger(string)' ? signature : signature.split('(', 1)[0]
    await expect(attempt(await open())).rejects.toMatchObject({
      name: 'CapabilityMissingError',
      capability,
      retryable: false,
      facts: { contract: 'ledger', do: expect.any(String) as string },
    })
    expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  })

  test.for(['getServiceInfo(address)', 'getAccountsByUser(address,uint256,uint256)'])(
    '%s is refused at connecting',
    async (signature) => {
      missing(signature)
      await expect(open()).rejects.toMatchObject({
        name: 'CapabilityMissingError',
        capability: signature.split('(', 1)[0],
        message: expect.stringMatching(/^This deployment is an older one: its contract has no get/) as string,
      })
    },
  )

  test.for<[string, (broker: Broker) => Promise<unknown>]>([
    ['revokeToken(address,uint8)', ({ inference }) => inference.revokeToken(alice.address, 1)],
    ['revokeTokens(address,uint8[])', ({ inference }) => inference.revokeTokens(alice.address, [1])],
    ['revokeAllTokens(address)', ({ inference }) => inference.revokeAllTokens(alice.address)],
    ['isTokenRevoked(address,address,uint8)', ({ inference }) => inference.tokenRevoked(alice.address, 1)],
    ['isTokenRevoked(address,address,uint8)', ({ inference }) => inference.generation(alice.address)],
  ])('%s names the missing function of inference, and the broker sends nothing', async ([signature, attempt]) => {
    missing(signature)
    await expect(attempt(await open())).rejects.toMatchObject({
      name: 'CapabilityMissingError',
      capability: signature.split('(', 1)[0],
      facts: { contract: 'inference' },
    })
    expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  })

  test('any list of services names it, for each service', async () => {
    missing('getAllServices(uint256,uint256)', 'getAllServices()')
    const { inference, fineTuning } = await open()
    for (const attempt of [inference.services(), fineTuning.services()])
      await expect(attempt).rejects.toMatchObject({ name: 'CapabilityMissingError', capability: 'getAllServices' })
  })

  test("the minimums has null rules, and the broker passes on the contract's refusals", async () => {
    missing(...LIMITS)
    const broker = await open()
    expect(broker.rules).toMatchObject({ minLedgerBalance: null, minTransfer: null, maxProvidersPerBatch: 20 })
    await expect(broker.ledger.refund('6')).rejects.toMatchObject({
      errorName: 'MinimumDepositRequired',
      errorArgs: { provided: og('2'), required: og('3') },
    })
    expect(await broker.ledger.refund('all')).toMatchObject({ success: true })
  })
})

describe('the broker never sends deleteLedger while money is inside, even where the contract would allow it:', () => {
  test('with money in the ledger and in sub-accounts', async () => {
    deletesAnything()
    const broker = await open()
    await expect(broker.ledger.deleteLedger()).rejects.toMatchObject({
      name: 'MustWithdrawAllFundsFirstError',
      errorArgs: { remainingBalance: og('10') },
    })
    await broker.ledger.refund('all')
    await expect(broker.ledger.deleteLedger()).rejects.toMatchObject({ errorArgs: { remainingBalance: og('2') } })
    expect(sends()).toBe(1)
  })

  test('with a deposit in flight', async () => {
    await alice.settle(user.address, og('2'))
    await transact(user, [callOf(chain.contracts.ledger, 'transferFund', [alice.address, 'inference-v1.0', og('8')])])
    await alice.settle(user.address, og('8'))
    deletesAnything()
    const broker = await open()
    const deposit = broker.ledger.depositFund('1')
    await expect(broker.ledger.deleteLedger()).rejects.toMatchObject({ errorArgs: { remainingBalance: og('1') } })
    await deposit
    expect(sends()).toBe(1)
  })

  test('and sends it for an empty ledger', async () => {
    await alice.settle(user.address, og('2'))
    await transact(user, [callOf(chain.contracts.ledger, 'transferFund', [alice.address, 'inference-v1.0', og('8')])])
    await alice.settle(user.address, og('8'))
    const broker = await open()
    expect(await broker.ledger.deleteLedger()).toMatchObject({ success: true })
    expect((await broker.position()).ledger).toBeNull()
  })
})

async function open(): Promise<Broker> {
  const signer = user.connect(connect(proxy.url))
  const broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
  brokers.push(broker)
  return broker
}

/** Imitates a contract without these functions: it reverts without data. */
function missing(...signatures: string[]): void {
  const selectors = signatures.map((signature) => id(signature).slice(0, 10))
  onCalls(['eth_call', 'eth_estimateGas'], selectors, { kind: 'rpc', code: 3, message: 'execution reverted' })
}

/** Imitates the first contracts, which did not check the balance. */
function deletesAnything(): void {
  onCalls(['eth_estimateGas'], [id('deleteLedger()').slice(0, 10)], { kind: 'swallow', result: '0xffff' })
}

function onCalls(methods: readonly string[], selectors: readonly string[], fault: Fault): void {
  const rule: FaultRule = ({ method, params: [request] }) => {
    const { data = '' } = (request ?? {}) as { data?: string }
    return methods.includes(method) && selectors.includes(data.slice(0, 10)) ? fault : undefined
  }
  removals.push(proxy.fault(rule))
}

const sends = () => proxy.calls['eth_sendRawTransaction']
