import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectChain } from '../../../src/chain/connect.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'

const LOCK = 3_600

let chain: LocalChain
let user: Wallet

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 1, fineTuningProviders: 1, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('40'))])
})
afterAll(() => chain[Symbol.asyncDispose]())

test.for(['inference', 'fine-tuning'] as const)(
  'the logs of %s tell charges and payments from what only moves between free and refund',
  async (serviceType) => {
    const [provider] = (serviceType === 'inference' ? chain.inference : chain.fineTuning) as [LocalProvider]
    const id = { provider: provider.address, serviceType }
    const send = (method: string, ...args: unknown[]) => transact(user, [callOf(chain.contracts.ledger, method, args)])
    const transfer = (amount: string) => send('transferFund', provider.address, `${serviceType}-v1.0`, og(amount))
    const retrieve = () => send('retrieveFund', [provider.address], `${serviceType}-v1.0`)
    const timed = async (work: () => Promise<unknown>) => {
      await chain.warp(10)
      await work()
      return (await chain.provider.getBlock('latest'))!.timestamp
    }
    const opened = await timed(() => transfer('5'))
    const paid = await timed(() => transfer('1'))
    await timed(retrieve)
    const before = await chain.provider.getBlock('latest')
    await timed(() => transfer('1')) // takes a part of the refund back
    const charged = await timed(() => provider.settle(user.address, og('1.5')))
    await chain.warp(LOCK)
    const claimed = await timed(retrieve)
    await timed(() => transfer('0.5')) // nothing is free, and nothing is pending: it comes from the ledger
    const read = await settlementsIn(10_000)
    const settled = [{ ...id, amount: og('1.5'), at: charged }]
    const last = (await chain.provider.getBlock('latest'))!
    expect({
      ...read,
      since: 0,
      sinceBlock: 0,
      paid: read.paid.filter(isOf(id)),
      settled: read.settled.filter(isOf(id)),
      opened: read.opened.filter(isOf(id)),
    }).toEqual({
      since: 0,
      sinceBlock: 0,
      until: last.timestamp,
      settled,
      paid: [opened, paid, last.timestamp].map((at) => ({ ...id, at })),
      opened: [{ ...id, at: opened }],
    })
    // From a later block on, which does not show how much was there before.
    const late = await settlementsIn(last.number - before!.number)
    expect([late.paid, claimed > charged]).toEqual([[{ ...id, at: last.timestamp }], true])
  },
)

const isOf = (id: { provider: string }) => (one: { provider: string }) => one.provider === id.provider

/** What the logs of so many blocks tell. */
async function settlementsIn(blocks: number) {
  const { address } = user
  const connected = await connectChain({ provider: connect(chain.anvil.url), address }, chain.network)
  const { number, timestamp } = (await chain.provider.getBlock('latest'))!
  return connected.readSettlements({ number, timestamp }, (blocks * connected.blockTimeMs()) / 1_000)
}
