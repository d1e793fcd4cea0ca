import { JsonRpcProvider, Network, Wallet, type Signer } from 'ethers'
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
async function senderOn(answer: () => Promise<unknown>, signer: Signer = Wallet.createRandom()) {
  const network = Network.from(31337)
  const provider = new JsonRpcProvider('http://127.0.0.1:1', network, { staticNetwork: network })
  provider.send = answer
  const rpc = await rpcOf(provider)
  return createSender({
    signer,
    rpc,
    feeOracle: createFeeOracle(rpc),
    blockTimeMs: () => 1_000,
    wallet: address,
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

const SOME = { nonce: 0, gasLimit: 21_000n, fees: { gasPrice: 1n } }
