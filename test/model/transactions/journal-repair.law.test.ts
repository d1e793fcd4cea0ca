import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Connected } from '../../../src/chain/connect.ts'
import { silent } from '../../../src/base/logger.ts'
import { memoryJournal, type Broker, type JournalRecord } from '../../../src/index.ts'
import { examineJournal, isDamaged } from '../../../src/transactions/journal-damage.ts'
import { lossOf, repairedRecords } from '../../../src/transactions/journal-loss.ts'
import { decodeJournal, encodeJournal } from '../../../src/transactions/journal-text.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'
import { law } from '../../support/law.ts'

/** Bits that a disk has flipped, each in one byte or over a range. `at`: where, as a share of the file. */
type Damage = { at: number; length: number; pattern: number }

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const bit = fc.record({ at: share, length: fc.constant(1), pattern: fc.nat(7).map((one) => 1 << one) })
const range = fc.record({
  at: share,
  length: fc.integer({ min: 2, max: 2_000 }),
  pattern: fc.integer({ min: 1, max: 255 }),
})

const history = fc.record({
  damages: fc.array(fc.oneof(bit, range), { maxLength: 3 }),
  /** How much of the file is left, as a share. */
  cut: fc.option(share, { nil: null, freq: 3 }),
  /**
   * What the pool does with the top-up that it holds: keeps it, or loses it and gets it back after so many seconds, or in a block
   * that comes while the next broker prepares its own.
   */
  backAfter: fc.constantFrom(null, 0, 20, 70, 100, 130, 600, 'race' as const),
  /** Seconds until the fees of the blocks let the top-up in. */
  waits: fc.constantFrom(0, 1, 45, 200),
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never

const LOW = 10n ** 9n
const { limits, parameters } = law({ runs: 40, perRunMs: 2_000 })

test('whatever a disk makes of a journal with a pending top-up, after the repair it is paid once', limits, () =>
  fc.assert(fc.asyncProperty(history, lives), parameters),
)

async function lives({ damages, cut, backAfter, waits }: History): Promise<void> {
  await using world = bentWorld()
  const { chain, wallet, provider } = world
  const before = memoryJournal()
  const first = await world.open({ journal: before })
  await world.until(first.ledger.addLedger('20'))
  await world.until(first.ledger.transferFund(provider, 'inference', '1'))
  chain.setAutomine(false)
  chain.setBaseFee(LOW)
  first.inference.startAutoFunding(provider, EXACT)
  const raw = await topUpIn(before, first)
  chain.setBaseFee(LOW * 20n)
  await first.close()

  const genesis = `0x${'5a'.repeat(32)}`
  const whole = Buffer.from(encodeJournal(before.records, genesis))
  const journal = damaged(whole.subarray(0, cut === null ? whole.length : Math.floor(cut * whole.length)), damages)
  if (backAfter !== null) chain.dropTransactions()
  const second = await world.open({
    journal: { ...memoryJournal(), load: () => recordsIn(journal, genesis) },
    bend: (connected) => (backAfter === 'race' ? racing(connected) : connected),
  })
  second.inference.startAutoFunding(provider, EXACT)
  const events = [
    { after: waits, take: () => Promise.resolve(chain.setBaseFee(LOW)) },
    ...(typeof backAfter === 'number' ? [{ after: backAfter, take: () => port().broadcast(raw) }] : []),
  ].toSorted((a, b) => a.after - b.after)
  let passed = 0
  for (const { after, take } of events) {
    await world.advance(after - passed)
    passed = after
    await take()
  }
  await world.advance(900)
  const available = world.position().subAccounts[0]?.available
  expect({ available, reason: second.inference.autoFundingStatus()[0]?.reason }).toEqual({
    available: og('2'),
    reason: 'sufficient',
  })
  expect(world.position().ledger?.available).toBe(og('18'))

  async function topUpIn({ records }: { records: readonly JournalRecord[] }, broker: Broker): Promise<string> {
    const found = () => records.findLast((record) => record.type === 'prepared' && record.intent.decidedAt !== null)
    await world.until(broker.position())
    for (let tries = 0; tries < 10 && !found(); tries += 1) await world.until(Promise.resolve())
    const top = found()
    if (top?.type !== 'prepared' || !top.signed) throw new Error('There is no top-up.')
    return top.signed.raw
  }

  /** Mines the first top-up while the next one is being prepared. */
  function racing({ transactions, ...connected }: Connected): Connected {
    let isOver = false
    return {
      ...connected,
      transactions: transactions && {
        ...transactions,
        async checkChain() {
          if (isOver) return
          isOver = true
          chain.setBaseFee(LOW)
          await port().broadcast(raw)
          chain.mine()
        },
      },
    }
  }

  function port() {
    const { transactions } = chain.connect(wallet)
    if (!transactions) throw new Error('The connection cannot send.')
    return transactions
  }

  async function recordsIn(bytes: Buffer, genesis: string): Promise<readonly JournalRecord[]> {
    const examination = examineJournal(bytes)
    if (!isDamaged(examination)) return decodeJournal(bytes.toString(), { genesis, journal: 'j', logger: silent }) ?? []
    expect(() => decodeJournal(bytes.toString(), { genesis, journal: 'j', logger: silent })).toThrow('damaged')
    const loss = await lossOf(examination, await chain.connect(wallet).nonces())
    return repairedRecords(examination, loss, world.clock.now())
  }
}

function damaged(bytes: Buffer, damages: readonly Damage[]): Buffer {
  const changed = Buffer.from(bytes)
  for (const { at, length, pattern } of damages) {
    const from = Math.floor(at * changed.length)
    for (let index = from; index < Math.min(from + length, changed.length); index += 1)
      changed[index] = (changed[index] ?? 0) ^ pattern
  }
  return changed
}
