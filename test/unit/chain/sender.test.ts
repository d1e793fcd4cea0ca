import { JsonRpcProvider, Network, Wallet, type Signer } from 'ethers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSender } from '../../../src/chain/sender.ts'
import { rpcOf } from '../../../src/chain/rpc.ts'
import { RefusedError, SigningError } from '../../../src/base/errors.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const address = '0x47340d900bdFec2BD393c626E12ea0656F938d84'

/** What the library asks of a node that gives every question the same answer. */
function senderOn(answer: () => Promise<unknown>, signer: Signer = Wallet.createRandom()) {
  const network = Network.from(31337)
  const provider = new JsonRpcProvider('http://127.0.0.1:1', network, { staticNetwork: network })
  provider.send = answer
  return createSender({
    signer,
    provider,
    rpc: rpcOf(provider),
    wallet: address,
    addresses: { ledger: address, inference: address },
    chainId: 31337n,
  })
}

test('a node that never answers is given up on after 20 s', async () => {
  const sender = senderOn(() => new Promise(() => undefined))
  const outcomes: string[] = []
  const call = { contract: 'ledger', method: 'deleteLedger', args: [] } as const
  const questions = {
    estimateGas: sender.estimateGas(call),
    fees: sender.fees(),
    transactionCount: sender.transactionCount('latest'),
    broadcast: sender.broadcast('0x02'),
    mined: sender.mined('0x01'),
  }
  for (const [name, question] of Object.entries(questions)) question.catch(() => outcomes.push(name))
  await vi.advanceTimersByTimeAsync(20_000)
  expect(outcomes.toSorted()).toEqual(Object.keys(questions).toSorted())
})

test('a receipt without a block is none: some nodes give one for what still waits', async () => {
  const pending = { transactionHash: '0x01', blockNumber: null, gasUsed: '0x0', status: '0x1' }
  expect(await senderOn(() => Promise.resolve(pending)).mined('0x01')).toBeNull()
})

test.each([
  ['a person who says no', 'ACTION_REJECTED', true],
  ['a signer that is away', 'TIMEOUT', false],
])('%s is told from the other', async (_, code, isRefusal) => {
  const signer = Wallet.createRandom()
  vi.spyOn(signer, 'signTransaction').mockRejectedValue(Object.assign(new Error('no'), { code }))
  const call = { contract: 'ledger', method: 'deleteLedger', args: [] } as const
  const signed = senderOn(() => new Promise(() => undefined), signer).sign?.(call, SOME)
  const error: unknown = await signed?.catch((error: unknown) => error)
  expect([error instanceof RefusedError, error instanceof SigningError]).toEqual([isRefusal, !isRefusal])
})

const SOME = { nonce: 0, gasLimit: 21_000n, fees: { gasPrice: 1n } }
