import { JsonRpcProvider, Network, Transaction, Wallet, type Signer, type TransactionRequest } from 'ethers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFeeOracle } from '../../../src/chain/fee-oracle.ts'
import { createSender } from '../../../src/chain/sender.ts'
import { rpcOf } from '../../../src/chain/rpc.ts'
import { RefusedError } from '../../../src/base/not-sent-errors.ts'
import { SigningError } from '../../../src/base/errors.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const address = '0x47340d900bdFec2BD393c626E12ea0656F938d84'

/** A sender on a node that gives every query the same answer. */
async function senderOn(answer: () => Promise<unknown>, signer: Signer = Wallet.createRandom(), wallet = address) {
  const network = Network.from(31337)
  const provider = new JsonRpcProvider('http://127.0.0.1:1', network, { staticNetwork: network })
  provider.send = answer
  const rpc = await rpcOf(provider)
  return createSender({
    signer,
    rpc,
    feeOracle: createFeeOracle(rpc),
    blockTimeMs: () => 1_000,
    wallet,
    addresses: { ledger: address, inference: address },
    chainId: 31337n,
  })
}

test('every query of a silent node ends after 20 s', async () => {
  const sender = await senderOn(() => new Promise(() => undefined))
  const outcomes: string[] = []
  const call = { contract: 'ledger', method: 'deleteLedger', args: [] } as const
  const queries = {
    estimateGas: sender.estimateGas(call),
    fees: sender.fees(),
    transactionCount: sender.transactionCount('latest'),
    mined: sender.mined('0x01'),
    knows: sender.knows('0x01'),
    balance: sender.balance(),
    head: sender.head(),
  }
  for (const [name, query] of Object.entries(queries)) query.catch(() => outcomes.push(name))
  const broadcast = sender.broadcast('0x02')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(outcomes.toSorted()).toEqual(Object.keys(queries).toSorted())
  // Without an answer the node may have the bytes.
  expect(await broadcast).toMatchObject({ grade: 'unknown' })
})

test('a receipt without a block means pending: some nodes give one for a pending transaction', async () => {
  const pending = { transactionHash: '0x01', blockNumber: null, gasUsed: '0x0', status: '0x1' }
  expect(await (await senderOn(() => Promise.resolve(pending))).mined('0x01')).toBeNull()
})

test.each([
  ['a person at the wallet', 'ACTION_REJECTED', true],
  ['a signer that times out', 'TIMEOUT', false],
])('a refusal by %s has its own class', async (_, code, isRefusal) => {
  const signer = Wallet.createRandom()
  vi.spyOn(signer, 'signTransaction').mockRejectedValue(Object.assign(new Error('no'), { code }))
  const call = { contract: 'ledger', method: 'deleteLedger', args: [] } as const
  const sender = await senderOn(() => new Promise(() => undefined), signer)
  const signed = sender.sign?.(call, SOME)
  const error: unknown = await signed?.catch((error: unknown) => error)
  expect([error instanceof RefusedError, error instanceof SigningError]).toEqual([isRefusal, !isRefusal])
})

const own = Wallet.createRandom()
const another = Wallet.createRandom()

test.each<[string, (request: TransactionRequest) => Promise<string>, string]>([
  ['counts nonces itself', (request) => own.signTransaction({ ...request, nonce: 7 }), ': nonce differs'],
  ['chooses its own fee', (request) => own.signTransaction({ ...request, gasPrice: 2n }), ': gasPrice differs'],
  ['is on another chain', (request) => own.signTransaction({ ...request, chainId: 1n }), ': chainId differs'],
  ['pays another address', (request) => own.signTransaction({ ...request, to: another.address }), ': to differs'],
])('what a signer that %s has signed is not sent', async (_, signTransaction, difference) => {
  const signer = Object.assign(Wallet.createRandom(), { signTransaction })
  const sender = await senderOn(() => new Promise(() => undefined), signer, own.address)
  await expect(sender.sign?.(DELETE, SOME)).rejects.toMatchObject({
    name: 'SigningError',
    facts: {
      operation: 'deleteLedger',
      reason: `the signer signed another transaction than the given one${difference}`,
    },
  })
})

test("what another wallet's key has signed is not sent, and the wallet's own signature is", async () => {
  const senderOf = (signer: Signer) => senderOn(() => new Promise(() => undefined), signer, own.address)
  await expect((await senderOf(another)).sign?.(DELETE, SOME)).rejects.toMatchObject({
    name: 'SigningError',
    facts: { operation: 'deleteLedger', reason: "the signature is not of the wallet's key" },
  })
  const signed = await (await senderOf(own)).sign?.(DELETE, SOME)
  expect(signed).toEqual({ raw: signed?.raw, hash: Transaction.from(signed?.raw).hash })
})

const DELETE = { contract: 'ledger', method: 'deleteLedger', args: [] } as const
const SOME = { nonce: 0, gasLimit: 21_000n, fees: { gasPrice: 1n } }
