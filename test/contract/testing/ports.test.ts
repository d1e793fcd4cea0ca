import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectChain, type Connected } from '../../../src/chain/connect.ts'
import type { Call, Spender, TransactionPort } from '../../../src/chain/port.ts'
import { createSimulatedChain } from '../../../src/testing/simulated-chain.ts'
import { fakeAddress } from '../../../src/testing/fakes.ts'
import { localChain } from '../../support/chain.ts'
import { untilHolds } from '../../support/until.ts'

const OG = 10n ** 18n

/** A chain with one inference provider, connected for a rich wallet and for a wallet without money. */
type Side = {
  rich: Connected
  poor: Connected
  provider: string
  setAutomine(on: boolean): Promise<void>
  mine(): Promise<void>
  end(): Promise<void>
}

const sides: [string, () => Promise<Side>][] = [
  ['the real contracts', real],
  ['the simulation', simulated],
]

describe.each(sides)('a broker finds on %s', (_, open) => {
  let side: Side
  let port: TransactionPort
  let deposit: Call

  beforeAll(async () => {
    side = await open()
    port = portOf(side.rich)
    deposit = { contract: 'ledger', method: 'depositFund', args: [], value: 10n * OG }
  })
  afterAll(() => side.end())

  test('the same rules and names', () => {
    expect(side.rich.rules).toEqual({
      minLedgerBalance: 3n * OG,
      minTransfer: OG,
      maxProvidersPerBatch: 20,
      maxSubAccounts: 50,
      maxInfoBytes: 4096,
      serviceNames: { inference: 'inference-v1.0', 'fine-tuning': 'fine-tuning-v1.0' },
      lockTimes: { inference: 3600, 'fine-tuning': 3600 },
    })
  })

  test('the reason of a call that would revert', async () => {
    const refused = port.estimateGas({ contract: 'ledger', method: 'refund', args: [1n] })
    await expect(refused).rejects.toMatchObject({
      name: 'LedgerNotExistsError',
      operation: 'refund',
      errorName: 'LedgerNotExists',
      errorArgs: { user: side.rich.wallet },
    })
  })

  test('that a wallet without money cannot pay', async () => {
    await expect(portOf(side.poor).estimateGas(deposit)).rejects.toMatchObject({
      name: 'InsufficientGasError',
      retryable: false,
      facts: { operation: 'depositFund', do: 'send OG to the wallet: it needs 10 OG and gas' },
    })
  })

  test('nonce counts, receipts and the spender of a nonce', async () => {
    await side.setAutomine(false)
    const counts = async () => Promise.all([port.transactionCount('latest'), port.transactionCount('pending')])
    const { raw, hash } = await sign(deposit, 0)
    const before = await counts()
    await port.broadcast(raw)
    const waiting = [await counts(), await port.mined(hash), await spenderOf(0)]
    await side.mine()
    await blockOf(0)
    const mined = await port.mined(hash)
    const spender = await spenderOf(0)
    await side.setAutomine(true)
    expect({ before, waiting, after: await counts() }).toEqual({
      before: [0, 0],
      waiting: [[0, 1], null, null],
      after: [1, 1],
    })
    expect(mined).toEqual({
      transactionHash: hash,
      blockNumber: mined?.blockNumber,
      blockHash: await port.blockHash(mined?.blockNumber ?? -1),
      gasUsed: mined?.gasUsed,
      gasPrice: expect.any(BigInt) as unknown,
      status: 1,
    })
    expect(spender).toMatchObject({ transactionHash: hash, blockNumber: mined?.blockNumber, depth: 0, value: 10n * OG })
    expect(spender && port.isCall(spender, deposit)).toBe(true)
    expect(spender && port.isCall(spender, { ...deposit, value: 1n })).toBe(false)
    expect(await port.transactionCount((mined?.blockNumber ?? 0) - 1)).toBe(0)
  })

  test('the timestamp of a block, and null for a future block', async () => {
    const { block } = await side.rich.readPosition()
    expect(await port.timestampOf(block.number)).toBe(block.timestamp)
    expect(await port.timestampOf(block.number + 1_000)).toBeNull()
  })

  test('the money in the ledger after a deposit', async () => {
    const { block, ledger, subAccounts } = await side.rich.readPosition()
    expect(block.number).toBeGreaterThan(0)
    expect(ledger).toEqual({ available: 10n * OG, total: 10n * OG, locked: 0n, additionalInfo: '' })
    expect(subAccounts).toEqual([])
    expect(await side.rich.listLedgers(0, 10)).toEqual({
      ledgers: [{ user: side.rich.wallet, ...ledger }],
      total: 1,
    })
  })

  test('the reason of a mined revert', async () => {
    const transfer: Call = {
      contract: 'ledger',
      method: 'transferFund',
      args: [side.provider, 'inference-v1.0', 11n * OG],
    }
    const { raw, hash } = await sign(transfer, 1)
    await port.broadcast(raw)
    const block = await blockOf(1)
    expect((await port.mined(hash))?.status).toBe(0)
    expect(await port.replay(transfer, block)).toMatchObject({
      errorName: 'InsufficientAvailableBalance',
      errorArgs: { available: 10n * OG, required: 11n * OG },
    })
  })

  test('that a nonce is spent only once, and that the node knows its bytes', async () => {
    const { raw } = await sign(deposit, 1)
    expect(await port.broadcast(raw)).toMatchObject({ reason: 'nonce-spent' })
    await side.setAutomine(false)
    const next = await sign(deposit, 2)
    expect(await port.broadcast(next.raw)).toMatchObject({ grade: 'arrived', reason: 'none' })
    expect(await port.broadcast(next.raw)).toMatchObject({ grade: 'arrived', reason: 'already-known' })
    const cheaper = await sign({ ...deposit, value: OG }, 2)
    expect(await port.broadcast(cheaper.raw)).toMatchObject({ grade: 'passing', reason: 'replacement-underpriced' })
    await side.mine()
    await side.setAutomine(true)
    expect((await side.rich.readPosition()).ledger?.total).toBe(20n * OG)
  })

  test('a provider with a service, and an address without one', async () => {
    const offered = await side.rich.readService(side.provider)
    expect(offered).toEqual({
      registered: true,
      url: '',
      model: expect.any(String) as string,
      prices: { kind: 'chatbot', inputPrice: 1n, outputPrice: 1n },
      accepted: true,
      acknowledged: false,
      generation: null,
      fineTuning: { registered: false, accepted: null },
    })
    const stranger = fakeAddress('stranger')
    expect(await side.rich.readService(stranger)).toEqual({
      registered: false,
      url: null,
      model: null,
      prices: null,
      accepted: null,
      acknowledged: false,
      generation: null,
      fineTuning: { registered: false, accepted: null },
    })
  })

  test('the services of every provider, a page at a time', async () => {
    const { inference, fineTuning } = side.rich.market
    expect(await inference({ offset: 0, limit: 50 })).toEqual({
      services: [
        {
          provider: side.provider,
          model: expect.any(String) as string,
          kind: 'chatbot',
          url: '',
          inputPrice: 1n,
          outputPrice: 1n,
          verifiability: 'TeeML',
          accepted: true,
          updatedAt: expect.any(Number) as number,
        },
      ],
      total: 1,
    })
    expect(await inference({ offset: 1, limit: 50 })).toEqual({ services: [], total: 1 })
    await expect(inference({ offset: 0, limit: 51 })).rejects.toMatchObject({
      errorName: 'LimitTooLarge',
      errorArgs: { limit: 51n, max: 50n },
    })
    expect(await fineTuning({ offset: 0, limit: 50 })).toEqual({ services: [], total: 0 })
  })

  test('a refund with the timestamp of its block', async () => {
    const calls = [
      { contract: 'ledger', method: 'transferFund', args: [side.provider, 'inference-v1.0', 2n * OG] },
      { contract: 'ledger', method: 'retrieveFund', args: [[side.provider], 'inference-v1.0'] },
    ] as const
    for (const [index, call] of calls.entries()) await port.broadcast((await sign(call, 3 + index)).raw)
    const mined = await blockOf(4)
    await side.mine()
    const { block, subAccounts } = await side.rich.readPosition()
    expect(block.number).toBeGreaterThan(mined)
    expect(subAccounts.map(({ refunds }) => refunds.map(({ createdAt }) => createdAt))).toEqual([
      [await port.timestampOf(mined)],
    ])
  })

  test('API tokens, and the generation that they need', async () => {
    const revoke = async (call: Call, nonce: number) => {
      await port.broadcast((await sign(call, nonce)).raw)
      const block = await blockOf(nonce)
      return [
        await side.rich.readToken(side.provider, 3, block),
        await side.rich.readToken(side.provider, 3, block - 1),
      ]
    }
    expect(await revoke({ contract: 'inference', method: 'revokeTokens', args: [side.provider, [2n, 3n]] }, 5)).toEqual(
      [
        { revoked: true, generation: 0 },
        { revoked: false, generation: 0 },
      ],
    )
    expect(await revoke({ contract: 'inference', method: 'revokeAllTokens', args: [side.provider] }, 6)).toEqual([
      { revoked: false, generation: 1 },
      { revoked: true, generation: 0 },
    ])
    expect(await revoke({ contract: 'inference', method: 'revokeToken', args: [side.provider, 3n] }, 7)).toEqual([
      { revoked: true, generation: 1 },
      { revoked: false, generation: 1 },
    ])
    const stranger = fakeAddress('stranger')
    await expect(side.rich.readToken(stranger, 0, side.rich.head)).rejects.toMatchObject({
      name: 'AccountNotExistsError',
      errorArgs: { user: side.rich.wallet, provider: stranger },
    })
  })

  /** The transaction that spent a nonce; null where it is not spent. */
  async function spenderOf(nonce: number): Promise<Spender | null> {
    const spender = await port.spender(nonce)
    if (spender === 'not-kept' || spender?.transactionHash === null) throw new Error('The chain keeps all blocks.')
    return spender
  }

  /** The block of a nonce: anvil may answer a broadcast before it mines. */
  async function blockOf(nonce: number): Promise<number> {
    const find = async () => (await spenderOf(nonce)) ?? Promise.reject(new Error(`nonce ${nonce} is not mined`))
    const { blockNumber } = await untilHolds(find)
    return blockNumber
  }

  async function sign(call: Call, nonce: number) {
    const signed = await port.sign?.(call, { nonce, gasLimit: 1_000_000n, fees: await port.fees() })
    if (!signed) throw new Error('The wallet signs.')
    return signed
  }
})

async function real(): Promise<Side> {
  const chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  const { network, provider } = chain
  const [wallet] = chain.wallets
  const [served] = chain.inference
  if (!wallet || !served) throw new Error('The chain lacks a wallet or a provider.')
  return {
    rich: await connectChain({ signer: wallet }, network),
    poor: await connectChain({ signer: Wallet.createRandom(provider) }, network),
    provider: served.address,
    setAutomine: chain.setAutomine,
    mine: chain.mine,
    end: () => chain[Symbol.asyncDispose](),
  }
}

async function simulated(): Promise<Side> {
  const chain = createSimulatedChain()
  const [wallet, poor] = [fakeAddress('rich'), fakeAddress('poor')]
  chain.fund(wallet, 100n * OG)
  return {
    rich: chain.connect(wallet),
    poor: chain.connect(poor),
    provider: chain.providers[0]?.address ?? '',
    setAutomine: async (on) => chain.setAutomine(on),
    mine: async () => chain.mine(),
    end: async () => undefined,
  }
}

function portOf({ transactions }: Connected): TransactionPort {
  if (!transactions) throw new Error('The wallet sends.')
  return transactions
}
