import { parseEther as og, type Contract, type Wallet } from 'ethers'
import process from 'node:process'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { MULTICALL3 } from '../../../src/chain/networks.ts'
import { startAnvil } from '../../../src/local/anvil.ts'
import { locate } from '../../../src/local/packages.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet, inference: LocalProvider, fineTuning: LocalProvider

beforeAll(async () => {
  chain = await localChain({ lockTime: 7200 })
  restore = await chain.snapshot()
  const [wallet, [first], [second]] = [chain.wallets[0], chain.inference, chain.fineTuning]
  if (!wallet || !first || !second) throw new Error('The chain lacks a wallet or a provider.')
  ;[user, inference, fineTuning] = [wallet, first, second]
})
afterEach(() => restore())
afterAll(() => chain[Symbol.asyncDispose]())

test('the contracts equal the live ones: registered, recommended, with their limits', async () => {
  const { network, provider } = chain
  const { ledger, inference, fineTuning } = chain.contracts
  expect(await ask(ledger, 'getRecommendedService', 'inference')).toEqual(['v1.0', network.inference])
  expect(await ask(ledger, 'getRecommendedService', 'fine-tuning')).toEqual(['v1.0', network.fineTuning])
  expect(await ask(ledger, 'MIN_ACCOUNT_BALANCE')).toBe(og('3'))
  expect(await ask(ledger, 'MIN_TRANSFER_AMOUNT')).toBe(og('1'))
  expect(await Promise.all([inference, fineTuning].map((serving) => ask(serving, 'lockTime')))).toEqual([7200n, 7200n])
  expect(await provider.call({ to: MULTICALL3, data: '0x42cbb15c' })).toBe(word(await provider.getBlockNumber()))
  expect(network).toMatchObject({ chainId: 31337n, ledger: ledger.target, minLockedBalance: og('1') })
})

test('providers charge exact fees, to the wei', async () => {
  await fund(user, inference, fineTuning)
  const before = await chain.provider.getBalance(inference.address)
  const { fee: gas } = await inference.settle(user.address, 123_456_789_012_345_678n)
  await fineTuning.settle(user.address, 1n)
  expect(await position(inference)).toEqual({ balance: 1_876_543_210_987_654_322n, pendingRefund: 0n })
  expect(await position(fineTuning)).toEqual({ balance: og('2') - 1n, pendingRefund: 0n })
  expect(await ledgerOf(user)).toEqual({ available: og('6'), total: og('10') - 123_456_789_012_345_679n })
  expect(await chain.provider.getBalance(inference.address)).toBe(before + 123_456_789_012_345_678n - gas)
  // The user signed only the opening of the ledger and two transfers.
  expect(await chain.provider.getTransactionCount(user.address)).toBe(3)
})

test('a fee may take the whole sub-account; a larger fee is taken in part by inference and reverts in fine-tuning', async () => {
  await fund(user, inference, fineTuning)
  await expect(fineTuning.settle(user.address, og('2') + 1n)).rejects.toThrow('insufficient balance')
  await fineTuning.settle(user.address, og('2'))
  await inference.settle(user.address, og('3'))
  expect(await position(fineTuning)).toEqual({ balance: 0n, pendingRefund: 0n })
  expect(await position(inference)).toEqual({ balance: 0n, pendingRefund: 0n })
  expect(await ledgerOf(user)).toEqual({ available: og('6'), total: og('6') })
})

test('providers charge at the same time, many times each', async () => {
  const [, second] = chain.inference
  if (!second) throw new Error('There is one provider of inference.')
  await fund(user, inference, fineTuning, second)
  const fees = Array.from({ length: 25 }, (_, index) => BigInt(index + 1))
  const all = [inference, second, fineTuning]
  await Promise.all(all.flatMap((provider) => fees.map((fee) => provider.settle(user.address, fee))))
  for (const provider of all) expect(await position(provider)).toEqual({ balance: og('2') - 325n, pendingRefund: 0n })
})

test('a provider can charge after many refused settlements', async () => {
  await fund(user, fineTuning)
  for (let refused = 0; refused < 21; refused++)
    await expect(fineTuning.settle(user.address, og('3'))).rejects.toThrow('insufficient balance')
  await fineTuning.settle(user.address, 5n)
  expect(await position(fineTuning)).toEqual({ balance: og('2') - 5n, pendingRefund: 0n })
})

test('a charge of a wallet without a sub-account fails with the reason', async () => {
  await expect(inference.settle(user.address, 1n)).rejects.toThrow('status: invalid signature')
  await expect(fineTuning.settle(user.address, 1n)).rejects.toThrow('AccountNotExists')
})

test('a snapshot can be restored twice', async () => {
  for (const _ of [1, 2]) {
    await fund(user, inference)
    await restore()
    await expect(ledgerOf(user)).rejects.toThrow('LedgerNotExists')
  }
})

test('time and blocks pass only on demand', async () => {
  const { provider } = chain
  const before = await tip()
  await chain.mine(3)
  await chain.warp(7200)
  const after = await tip()
  expect(after.number).toBe(before.number + 4)
  expect(after.timestamp - before.timestamp).toBeGreaterThanOrEqual(7200)
  await chain.setAutomine(false)
  const { hash } = await user.sendTransaction({ to: user.address })
  expect(await provider.getTransactionReceipt(hash)).toBeNull()
  await chain.mine()
  expect(await provider.getTransactionReceipt(hash)).toMatchObject({ blockNumber: after.number + 1, status: 1 })
  await chain.setAutomine(true)
})

test('a chain with a block time starts without waiting for blocks, and may lack Multicall3', async () => {
  // A wait for one block would take the whole time that this test has.
  await using slow = await localChain({ blockTime: 60, multicall3: false, inferenceProviders: 1, wallets: 1 })
  expect(await slow.provider.getCode(MULTICALL3)).toBe('0x')
  expect(await slow.provider.send('anvil_getIntervalMining', [])).toBe(60)
})

test('stop() ends anvil', async () => {
  const anvil = await startAnvil({ accounts: 1, chainId: 7 })
  await expect(startAnvil({ port: anvil.port })).rejects.toThrow('Address already in use')
  expect(process.kill(anvil.pid, 0)).toBe(true)
  await anvil.stop()
  await anvil.exited
  expect(() => process.kill(anvil.pid, 0)).toThrow('ESRCH')
})

test('a missing development package is an error with advice', () => {
  expect(() => locate('@foundry-rs/no-such-package')).toThrow(
    /missing: @foundry-rs\/no-such-package\n.*npm install --save-dev @foundry-rs\/anvil @0gfoundation/,
  )
})

/** Opens a ledger of 10 OG and transfers 2 OG to each provider. */
async function fund(user: Wallet, ...providers: LocalProvider[]): Promise<void> {
  const { ledger } = chain.contracts
  const transfer = ({ address, serviceType }: LocalProvider) =>
    callOf(ledger, 'transferFund', [address, `${serviceType}-v1.0`, og('2')])
  await transact(user, [callOf(ledger, 'addLedger', [''], og('10')), ...providers.map(transfer)])
}

async function position({ address, serviceType }: LocalProvider) {
  const { inference, fineTuning } = chain.contracts
  const serving = serviceType === 'inference' ? inference : fineTuning
  const { balance, pendingRefund } = await ask(serving, 'getAccount', user.address, address)
  return { balance, pendingRefund }
}

async function ledgerOf({ address }: Wallet) {
  const { availableBalance, totalBalance } = await ask(chain.contracts.ledger, 'getLedger', address)
  return { available: availableBalance, total: totalBalance }
}

function ask(contract: Contract, name: string, ...args: unknown[]) {
  return contract.getFunction(name).staticCall(...args)
}

async function tip() {
  const { number = -1, timestamp = -1 } = (await chain.provider.getBlock('latest')) ?? {}
  return { number, timestamp }
}

function word(value: number): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}
