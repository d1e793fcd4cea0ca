import { parseEther as og, Transaction } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal, type Broker } from '../../../src/index.ts'
import { errorInTime, lastOf } from '../../support/outcome.ts'
import { useUnlockedRefund } from '../../support/unlocked-refund.ts'

const world = useUnlockedRefund()
const { claimed, brokers, faults, open, standing } = world

test('a retrieve that one node refused for good, and another one mines later, is put back', async () => {
  const journal = memoryJournal()
  const broker = await open(journal)
  const { raw } = await refusedClaim(broker)
  await world.chain.provider.send('eth_sendRawTransaction', [raw])
  expect(await lastOf(() => standing(broker), isPutBack)).toEqual(claimed)
  expect(operations(broker)).toEqual(['retrieveFund refused', 'retrieveFund mined', 'transferFund mined'])
  expect(
    await lastOf(
      () => claimsIn(journal),
      (types) => types.length === 2,
    ),
  ).toEqual(['claiming', 'claiming-ended'])
})

test('it is put back by the next process, too', async () => {
  const journal = memoryJournal()
  const first = await open(journal)
  const { raw } = await refusedClaim(first)
  await first.close()
  await world.chain.provider.send('eth_sendRawTransaction', [raw])
  const next = await open(journal)
  expect(await lastOf(() => standing(next), isPutBack)).toEqual(claimed)
  expect(
    await lastOf(
      () => claimsIn(journal),
      (types) => types.length === 2,
    ),
  ).toEqual(['claiming', 'claiming-ended'])
})

test('another claim after it is put back once, and once the nonce of the refused one is spent for good both have ended', async () => {
  const journal = memoryJournal()
  const broker = await open(journal)
  const { heal } = await refusedClaim(broker)
  heal()
  expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('2') })
  await world.chain.mine(30)
  const ended = () => broker.position().then(() => claimsIn(journal).filter((type) => type === 'claiming-ended').length)
  expect(await lastOf(ended, (count) => count === 2)).toBe(2)
  expect(await standing(broker)).toEqual(claimed)
})

/** A claim whose retrieve the broker's node refuses for good. */
async function refusedClaim(broker: Broker): Promise<{ raw: string; heal: () => void }> {
  let [raw, first] = ['', '']
  const heal = world.proxy.fault(({ method, params: [bytes] }) => {
    if (method !== 'eth_sendRawTransaction') return undefined
    const hash = Transaction.from(String(bytes)).hash ?? ''
    if (first === '') [raw, first] = [String(bytes), hash]
    return hash === first ? { kind: 'rpc', code: -32_000, message: 'invalid sender' } : undefined
  })
  faults.push(heal)
  expect(await errorInTime(broker.ledger.claimRefunds())).toMatchObject({ name: 'RefusedByNodeError' })
  return { raw, heal }
}

const isPutBack = ({ free }: { free: bigint | undefined }) =>
  free === claimed.free && brokers.some((broker) => operations(broker).at(-1) === 'transferFund mined')

const claimsIn = ({ records }: ReturnType<typeof memoryJournal>) =>
  records.map(({ type }) => type).filter((type) => type.startsWith('claiming'))

function operations(broker: Broker): string[] {
  return broker.transactions().map((one) => {
    const { context, value } = one.getSnapshot()
    return `${context.operation} ${String(value)}`
  })
}
