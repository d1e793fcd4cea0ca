import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal, type Broker } from '../../../src/index.ts'
import { hookedJournal } from '../../support/dying-journal.ts'
import { useUnlockedRefund } from '../../support/unlocked-refund.ts'

const world = useUnlockedRefund()
const { claimed, faults, open, standing } = world

test('a node that fails between the two transactions is asked until it answers', async () => {
  const broker = await open(hookedJournal(({ type }) => void (type === 'mined' && failThreeTimes())))
  expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('2') })
  expect(await standing(broker)).toEqual(claimed)
  expect(operations(broker)).toEqual(['retrieveFund', 'transferFund'])
})

test('a journal that cannot be written before the first transaction leaves everything as it was', async () => {
  const broker = await open(hookedJournal(({ type }) => (type === 'claiming' ? full() : undefined)))
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({ name: 'NotRecordedError' })
  expect(operations(broker)).toEqual([])
  expect(await standing(broker)).toEqual({ ledger: og('97'), free: og('2'), pending: og('1') })
})

test('a claim that the wallet refuses leaves nothing open', async () => {
  const journal = memoryJournal()
  const broker = await open(journal)
  const refusal = { kind: 'rpc', code: 3, message: 'execution reverted', data: '0x90b8ec18' } as const
  faults.push(world.proxy.fault(({ method }) => (method === 'eth_estimateGas' ? refusal : undefined)))
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({ errorName: 'TransferFailed' })
  expect(journal.records.map(({ type }) => type)).toEqual(['claiming', 'claiming-ended'])
})

test('a transfer by hand comes after the claim, and on top of what was free', async () => {
  let transferring: Promise<unknown> | undefined
  const broker = await open(
    hookedJournal(({ type }) => {
      if (type === 'mined') transferring ??= broker.ledger.transferFund(world.provider.address, 'inference', '0.5')
      return undefined
    }),
  )
  expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('2') })
  await transferring
  expect(await standing(broker)).toEqual({ ledger: og('97.5'), free: og('2.5'), pending: 0n })
})

test('several calls at once make one claim', async () => {
  const broker = await open(memoryJournal())
  const asked = [
    broker.ledger.claimRefunds(),
    broker.ledger.claimRefunds(world.provider.address, 'inference'),
    broker.ledger.claimRefunds(),
  ]
  const outcomes = await Promise.allSettled(asked)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(operations(broker)).toEqual(['retrieveFund', 'transferFund'])
  expect(await standing(broker)).toEqual(claimed)
})

test('claimRefunds is refused while the ledger is being closed', async () => {
  const journal = memoryJournal()
  await journal.append({ type: 'closing', id: 'closing-1', at: 0 })
  const broker = await open(journal)
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({ name: 'LedgerClosingError' })
})

function failThreeTimes(): void {
  if (faults.length > 0) return
  let left = 3
  faults.push(
    world.proxy.fault(({ method }) =>
      method === 'eth_call' && (left -= 1) >= 0 ? { kind: 'http', status: 500 } : undefined,
    ),
  )
}

const full = () => Promise.reject(new Error('no space left on device'))

const operations = (broker: Broker) => broker.transactions().map((one) => one.getSnapshot().context.operation)
