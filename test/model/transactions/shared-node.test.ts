import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { BroadcastAnswer } from '../../../src/chain/broadcast-answer.ts'
import type { Connected } from '../../../src/chain/connect.ts'
import { GasEstimateError, memoryJournal, ReadError } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'

const SILENCE: BroadcastAnswer = { grade: 'unknown', reason: 'none', message: '' }

/** The connection of a broker whose node is down while the test says so. */
const unsteady =
  (isDown: () => boolean) =>
  (connected: Connected): Connected => {
    const { transactions: port } = connected
    const orDown =
      <Args extends unknown[], T>(ask: (...args: Args) => Promise<T>, error: () => Error = silence) =>
      (...args: Args): Promise<T> =>
        isDown() ? Promise.reject(error()) : ask(...args)
    if (!port) throw new Error('This broker has a signer.')
    return {
      ...connected,
      readPosition: orDown(connected.readPosition),
      fees: orDown(connected.fees),
      transactions: {
        ...port,
        checkChain: orDown(port.checkChain),
        estimateGas: orDown(port.estimateGas, noEstimate),
        fees: orDown(port.fees),
        transactionCount: orDown(port.transactionCount),
        broadcast: (raw) => (isDown() ? Promise.resolve(SILENCE) : port.broadcast(raw)),
        mined: orDown(port.mined),
        knows: orDown(port.knows),
        balance: orDown(port.balance),
        pooledNonces: (...args) => (isDown() ? Promise.resolve(null) : port.pooledNonces(...args)),
        head: orDown(port.head),
        spender: orDown(port.spender),
        timestampOf: orDown(port.timestampOf),
        blockHash: orDown(port.blockHash),
      },
    }
  }

const silence = () => new ReadError('The node does not answer.', {})
const noEstimate = () => new GasEstimateError({ operation: 'transferFund', reason: 'the node does not answer' })

test('brokers of one wallet read and pay while the node of the oldest one is down', async () => {
  await using world = bentWorld()
  const journal = { ...memoryJournal(), place: 'shared-node' }
  let isDown = false
  const oldest = await world.open({ journal, bend: unsteady(() => isDown) })
  const broker = await world.open({ journal })
  await world.until(oldest.ledger.addLedger('10'))
  isDown = true
  expect(await world.until(broker.position())).toMatchObject({ ledger: { available: og('10') } })
  expect(await world.until(broker.ledger.transferFund(world.provider, 'inference', '2'))).toMatchObject({ status: 1 })
  expect((await world.until(broker.position())).subAccounts).toMatchObject([{ available: og('2') }])
  isDown = false
  expect((await world.until(oldest.position())).subAccounts).toMatchObject([{ available: og('2') }])
  expect(await world.until(oldest.ledger.transferFund(world.provider, 'inference', '1'))).toMatchObject({ status: 1 })
})

test('a transaction of a broker whose node fails is followed by the nodes of the others', async () => {
  await using world = bentWorld()
  const journal = { ...memoryJournal(), place: 'shared-node' }
  let isDown = false
  const oldest = await world.open({ journal, bend: unsteady(() => isDown) })
  await world.open({ journal })
  await world.until(oldest.ledger.addLedger('10'))
  world.chain.setAutomine(false)
  const transfer = oldest.ledger.transferFund(world.provider, 'inference', '2')
  await world.advance(0)
  isDown = true
  expect(await world.until(transfer)).toMatchObject({ status: 1 })
})
