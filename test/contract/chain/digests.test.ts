import fc from 'fast-check'
import { hexlify, keccak256, parseEther as og, toBeHex, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { multicallBatch } from '../../../src/chain/batch.ts'
import { digestCode, digestOf, digestsIn } from '../../../src/chain/digest-code.ts'
import { MULTICALL3 } from '../../../src/chain/networks.ts'
import { rpcOf } from '../../../src/chain/rpc.ts'
import { callsFor, walletViews, type WalletView } from '../../../src/chain/wallet-views.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet } from '../../support/low-wallet.ts'

/** The precompiled contract that answers with its input. */
const IDENTITY = toBeHex(4, 20)

let chain: LocalChain
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 3, fineTuningProviders: 1, wallets: 1 })
})
afterAll(() => chain[Symbol.asyncDispose]())

async function digestsFor(views: readonly WalletView[], wallets: readonly string[]) {
  const answer = await (await rpcOf(chain.provider)).call({ data: digestCode(views, wallets) }, 'latest')
  return digestsIn(answer, wallets.length)
}

/** What Multicall3 answers to the same calls of a wallet. */
async function outcomesFor(views: readonly WalletView[], wallet: string) {
  return multicallBatch(await rpcOf(chain.provider), MULTICALL3)(callsFor(views, wallet), 'latest')
}

describe('the digests that a node computes', () => {
  test('are those of the answers about wallets with a ledger, sub-accounts and refunds, and without', async () => {
    const [user] = chain.wallets as [Wallet]
    const { ledger } = chain.contracts
    const [first] = chain.inference
    await transact(
      user,
      [
        callOf(ledger, 'addLedger', ['some info'], og('50')),
        callOf(ledger, 'transferFund', [first?.address ?? '', 'inference-v1.0', og('2')]),
        callOf(ledger, 'transferFund', [chain.fineTuning[0]?.address ?? '', 'fine-tuning-v1.0', og('1')]),
      ],
      { atOnce: true },
    )
    await transact(user, [callOf(ledger, 'retrieveFund', [[first?.address ?? ''], 'inference-v1.0'])])
    const low = await lowWallet(chain, chain.inference)
    const wallets = [user.address, low.wallet.address, Wallet.createRandom().address, MULTICALL3]
    const views = walletViews(chain.network, MULTICALL3)
    const expected = await Promise.all(wallets.map(async (wallet) => digestOf(await outcomesFor(views, wallet))))
    const { block, digests } = await digestsFor(views, wallets)
    expect(digests).toEqual(expected)
    expect(new Set(digests).size).toBe(4)
    const latest = await chain.provider.getBlock('latest')
    expect(block).toEqual({ number: latest?.number, timestamp: latest?.timestamp })

    await chain.inference[1]?.settle(low.wallet.address, 1n)
    const later = (await digestsFor(views, wallets)).digests
    expect(later.map((digest, at) => digest === digests[at])).toEqual([true, false, true, true])
    expect(later[1]).toBe(digestOf(await outcomesFor(views, low.wallet.address)))
  })

  test('of as many wallets as a request has', async () => {
    const wallets = Array.from({ length: 100 }, (_, at) => toBeHex(keccak256(toBeHex(at + 1)).slice(0, 42), 20))
    const views: WalletView[] = [{ to: MULTICALL3, data: `0x4d2301cc${'0'.repeat(64)}`, takesWallet: true }]
    const { digests } = await digestsFor(views, wallets)
    const zero = digestOf([{ reverted: false, data: `0x${'0'.repeat(64)}` }])
    expect(digests).toEqual(wallets.map(() => zero))
  })

  test('are those of answers of any length, of calls that revert, and of addresses without code', async () => {
    const bytes = fc.uint8Array({ minLength: 4, maxLength: 140 }).map((value) => hexlify(value))
    const targets = [IDENTITY, MULTICALL3, chain.network.ledger, toBeHex(0xdead, 20)]
    const view = fc
      .record({ to: fc.constantFrom(...targets), data: bytes, takesWallet: fc.boolean() })
      .map((one) => ({ ...one, takesWallet: one.takesWallet && one.data.length >= 74 }))
    const wallet = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((value) => hexlify(value))
    await fc.assert(
      fc.asyncProperty(
        fc.array(view, { minLength: 1, maxLength: 5 }),
        fc.array(wallet, { minLength: 1, maxLength: 4 }),
        async (views, wallets) => {
          const { digests } = await digestsFor(views, wallets)
          const expected = await Promise.all(wallets.map(async (one) => digestOf(await outcomesFor(views, one))))
          expect(digests).toEqual(expected)
        },
      ),
      { numRuns: 40 },
    )
  })
})
