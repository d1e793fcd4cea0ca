import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { budgetLeft } from '../../../machines/index.ts'
import { AbortedError } from '../../../src/base/errors.ts'
import { LockedError } from '../../../src/base/sending-errors.ts'
import { intentOf } from '../../../src/transactions/build-intent.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { withSigningTimeout } from '../../../src/transactions/signer-timeout.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { MOST_FEE_PER_GAS } from '../../../src/transactions/fee-cap.policy.ts'
import { mostPerGas } from '../../../src/transactions/fees.ts'
import { heldJournal } from '../../support/dying-journal.ts'
import { topUp } from '../../support/lane-world.ts'
import { deposit, laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const HOUR = 3_600_000

test('however long no block comes, a stuck transaction never offers more than ten times what the chain asks', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  lane.submit(deposit()).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(6 * HOUR)
  const offered = port.signed.map(mostPerGas)
  expect(offered.length).toBeGreaterThan(1)
  expect(offered.filter((fee) => fee > 300n)).toEqual([])
  // The signed bytes go on being sent.
  expect(port.sent.length).toBeGreaterThan(1_000)
  await lane.close()
})

test('a stuck payment is never replaced at a price that costs more than a twentieth of it, however high the price rises', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  const amount = 10n ** 18n
  lane.submit({ ...deposit(), amount }).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(1_000)
  port.asked = { maxFeePerGas: 10n ** 13n, maxPriorityFeePerGas: 10n }
  await vi.advanceTimersByTimeAsync(HOUR)
  // 100,000 gas with a fifth more, and what an emptied amount may add.
  const ceiling = amount / 20n / 140_000n
  expect(port.signed.map(mostPerGas)).toEqual([30n, ceiling])
  await lane.close()
})

test('a price far above what is ever paid by default raises no replacement of what moves nothing, either', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  lane.submit({ ...deposit(), amount: 0n }).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(1_000)
  port.asked = { maxFeePerGas: 10n ** 13n, maxPriorityFeePerGas: 10n }
  await vi.advanceTimersByTimeAsync(HOUR)
  expect(port.signed.map(mostPerGas)).toEqual([30n, MOST_FEE_PER_GAS])
  await lane.close()
})

test('the lane sends a stuck transaction again unchanged where its fee cannot be raised', async () => {
  let broken = false
  const port = scriptedPort()
  const fees = port.fees
  port.fees = () => (broken ? Promise.reject(new Error('no fees')) : fees())
  const lane = laneOn(port)
  lane.submit(deposit()).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(1_000)
  broken = true
  await vi.advanceTimersByTimeAsync(20_000)
  port.sent.length = 0
  await vi.advanceTimersByTimeAsync(60_000)
  expect(port.sent.length).toBeGreaterThan(10)
  await lane.close()
})

test('a lane that closes while it records an intent rejects it, and leaves the broadcast to the next lane', async () => {
  const inner = memoryJournal()
  let written = (): void => undefined
  const disk = new Promise<void>((resolve) => (written = resolve))
  const port = scriptedPort()
  const lane = laneOn(port, { journal: { ...inner, append: (record) => disk.then(() => inner.append(record)) } })
  const outcome = lane.submit(deposit()).then(
    () => 'mined',
    (error: Error) => error.name,
  )
  await vi.advanceTimersByTimeAsync(0)
  await lane.close()
  written()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await Promise.race([outcome, Promise.resolve('waits for ever')])).toBe('AbortedError')
  expect(inner.records.map(({ type }) => type)).toEqual(['prepared'])
  expect(port.sent).toEqual([])
})

test('a transaction that is mined before the node answers its broadcast is shown as mined', async () => {
  const port = scriptedPort({ broadcast: (raw) => new Promise(() => port.receipts.set(raw, receiptOf(raw, 5))) })
  const lane = laneOn(port)
  const mined = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await mined).toMatchObject({ blockNumber: 5, success: true })
  expect(lane.transactions().map((actor) => actor.getSnapshot().value)).toEqual(['mined'])
  await lane.close()
})

test('the lane checks a receipt once more before it counts as final, also where it was not checked for many blocks', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  const mined = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(0)
  const [hash = ''] = port.sent
  port.receipts.set(hash, receiptOf(hash, 5))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(5_000)
  await mined
  // A block without the transaction replaces its block, and many follow before the lane confirms again.
  port.receipts.clear()
  port.spent = 0
  port.sent.length = 0
  await lane.confirm(40)
  await vi.advanceTimersByTimeAsync(0)
  expect(port.sent).toEqual([hash])
  await lane.close()
})

test('the tracker finds that a reorganisation took a receipt back when a later transaction is stuck', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  const first = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(0)
  const [hash = ''] = port.sent
  port.receipts.set(hash, receiptOf(hash, 5))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(5_000)
  await first
  port.receipts.clear()
  port.spent = 0
  lane.submit(deposit()).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(0)
  port.sent.length = 0
  // No position is read in this time.
  await vi.advanceTimersByTimeAsync(60_000)
  expect(port.sent).toContain(hash)
  await lane.close()
})

test('the same call that another machine signed at the same nonce is not the own intent: it is superseded, and counts nowhere', async () => {
  const port = scriptedPort({ isCall: () => true })
  const lane = laneOn(port)
  const outcome = lane.submit(topUp('0xa', 7n)).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(0)
  expect(lane.payments()).toHaveLength(1)
  const foreign = `0x${'ab'.repeat(32)}`
  port.spenders.set(0, { transactionHash: foreign, blockNumber: 5, depth: 12, to: null, data: '0x', value: 0n })
  port.receipts.set(foreign, receiptOf(foreign, 5))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await outcome).toMatchObject({
    name: 'SupersededError',
    message: expect.stringContaining(`nonce 0 was spent by ${foreign}, which makes the same call`) as string,
  })
  expect(lane.transactions().map((actor) => actor.getSnapshot().value)).toEqual(['superseded'])
  expect([lane.payments(), lane.paidIn(0, 100), lane.lastMined(() => true)]).toEqual([[], new Map(), null])
  await lane.close()
})

test('the same call that a wallet which signs by sending signed anew is the intent itself, which is not sent again', async () => {
  let sent = 0
  const port = scriptedPort({
    isCall: () => true,
    sign: null,
    send: () => Promise.resolve(`0x${String((sent += 1)).padStart(64, '0')}`),
  })
  const lane = laneOn(port)
  const mined = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(0)
  // The person at the wallet has raised the fee.
  const sped = `0x${'ab'.repeat(32)}`
  port.spenders.set(0, { transactionHash: sped, blockNumber: 5, depth: 9, to: null, data: '0x', value: 1n })
  port.receipts.set(sped, receiptOf(sped, 5))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await mined).toMatchObject({ transactionHash: sped, success: true })
  expect(lane.transactions().map((actor) => actor.getSnapshot().value)).toEqual(['mined'])
  expect(sent).toBe(1)
  await lane.close()
})

test('idle rejects when its signal aborts', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  lane.submit(deposit()).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(1_000)
  const abort = new AbortController()
  const waited = lane
    .idle(() => true, abort.signal)
    .then(
      () => 'idle',
      (error: Error) => error.name,
    )
  abort.abort()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await Promise.race([waited, Promise.resolve('waits for ever')])).toBe('AbortedError')
  await lane.close()
})

test('a payment in flight counts in every budget window, and once mined in the windows of its decision', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  const paid = lane.submit({ ...deposit(), subAccount: { provider: 'alice', serviceType: 'inference' }, decidedAt: 7 })
  await vi.advanceTimersByTimeAsync(3 * HOUR)
  const left = () => budgetLeft({ amount: 5n, seconds: 60 }, () => lane.payments(), 10_807)
  expect(left()).toBe(4n)
  const raw = port.sent.at(-1) ?? ''
  port.receipts.set(raw, receiptOf(raw, 5))
  await vi.advanceTimersByTimeAsync(60_000)
  await paid
  expect([lane.payments().map(({ at }) => at), left()]).toEqual([[7], 5n])
  await lane.close()
})

test('the lane forgets payments that no limit counts any more', async () => {
  const DAY = 86_400
  const port = scriptedPort()
  const lane = laneOn(port)
  const top = { provider: 'alice', serviceType: 'inference' as const }
  const pay = async (day: number) => {
    const paid = lane.submit({ ...deposit(), subAccount: top, decidedAt: day * DAY })
    await vi.advanceTimersByTimeAsync(0)
    const raw = port.sent.at(-1)!
    port.receipts.set(raw, receiptOf(raw, day))
    await vi.advanceTimersByTimeAsync(1_000)
    await paid
  }
  for (let day = 0; day < 1_100; day += 1) await pay(day)
  // The lane remembers a thousand transactions, and of the hundred before them the payments of a month.
  expect(lane.payments().map(({ at }) => at / DAY)).toEqual(Array.from({ length: 1_032 }, (_, index) => index + 68))
  await lane.close()
})

test('a lane that closes before the node answers a broadcast reports no change and no warning', async () => {
  let answer = (): void => undefined
  const arrived = { grade: 'arrived', reason: 'none', message: '' } as const
  const port = scriptedPort({ broadcast: () => new Promise((resolve) => (answer = () => resolve(arrived))) })
  const changes: unknown[] = []
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const lane = laneOn(port, { onChange: ({ actor }) => changes.push(actor.getSnapshot().value) })
  lane.submit(deposit()).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(0)
  await lane.close()
  answer()
  await vi.advanceTimersByTimeAsync(1_000)
  expect({ changes, warnings: warned.mock.calls }).toEqual({ changes: ['prepared'], warnings: [] })
  warned.mockRestore()
})

test('a receipt that arrives while the nonces of an earlier block are counted is not taken for gone', async () => {
  let counted = (): void => undefined
  const port = scriptedPort()
  const journal = memoryJournal()
  const lane = laneOn(port, { journal })
  const first = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(0)
  const mine = (block: number): void => void port.receipts.set(port.sent.at(-1)!, receiptOf(port.sent.at(-1)!, block))
  mine(5)
  await vi.advanceTimersByTimeAsync(1_000)
  await first
  port.transactionCount = (tag) =>
    tag === 5 ? new Promise((resolve) => (counted = () => resolve(1))) : Promise.resolve(1)
  const confirmed = lane.confirm(5)
  const second = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(0)
  mine(6)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await second).toMatchObject({ blockNumber: 6 })
  counted()
  await confirmed
  expect(journal.records.map(({ type }) => type)).toEqual(['prepared', 'mined', 'prepared', 'mined'])
  await lane.close()
})

test('intents about one sub-account get their nonces in the order of the calls, whatever the node takes longest over', async () => {
  const estimates = new Map<string, { resolve(gas: bigint): void; reject(error: Error): void }>()
  const port = scriptedPort({
    estimateGas: ({ args: [name] }) =>
      new Promise((resolve, reject) => estimates.set(String(name), { resolve, reject })),
  })
  const journal = memoryJournal()
  const lane = laneOn(port, { journal })
  const numbered = () =>
    journal.records.flatMap((record) =>
      record.type === 'prepared' ? `${record.nonce}: ${String(record.intent.call.args[0])}` : [],
    )
  const submit = (name: string, ...providers: string[]): void => {
    const intent = intentOf({ contract: 'ledger', method: 'transferFund', args: [name] })
    const touches = providers.map((provider) => ({ provider, serviceType: 'inference' as const }))
    lane.submit({ ...intent, touches }).catch(() => undefined)
  }
  submit('top-up', 'alice')
  submit('refused', 'alice')
  submit('retrieve', 'alice', 'bob')
  submit('by hand', 'bob')
  submit('another', 'carol')
  await vi.advanceTimersByTimeAsync(0)
  estimates.get('refused')?.reject(new Error('no'))
  for (const name of ['by hand', 'retrieve', 'another']) estimates.get(name)?.resolve(100_000n)
  await vi.advanceTimersByTimeAsync(0)
  expect(numbered()).toEqual(['0: another'])
  estimates.get('top-up')?.resolve(100_000n)
  await vi.advanceTimersByTimeAsync(0)
  expect(numbered()).toEqual(['0: another', '1: top-up', '2: retrieve', '3: by hand'])
  await lane.close()
})

test('a closed lane does not open its journal any more', async () => {
  const inner = memoryJournal()
  const journal = heldJournal(inner)
  const load = vi.spyOn(inner, 'load')
  const lane = laneOn(scriptedPort(), { journal })
  await expect(lane.open()).rejects.toThrow(LockedError)
  await lane.close()
  journal.letGo()
  await expect(lane.submit(deposit())).rejects.toThrow(AbortedError)
  await expect(lane.resolve('0', 'not-sent')).rejects.toThrow(AbortedError)
  expect(load).not.toHaveBeenCalled()
})

test('a signer that never answers loses its turn: that transaction is not sent, and the next one takes its nonce', async () => {
  const port = scriptedPort()
  const { sign } = port
  let late: (() => void) | undefined
  const hangingSign: typeof sign = (call, options) =>
    new Promise((resolve) => (late = () => void sign?.(call, options).then(resolve)))
  port.sign = hangingSign
  const lane = laneOn(withSigningTimeout(port, 5_000, systemClock))
  const hung = lane.submit(deposit()).catch((error: Error) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  const next = lane.submit(deposit())
  next.catch(() => undefined)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(await hung).toMatchObject({
    name: 'SigningError',
    message: expect.stringContaining('no answer within 5000 ms') as string,
  })
  const first = late
  await vi.advanceTimersByTimeAsync(10)
  late?.()
  first?.()
  await vi.advanceTimersByTimeAsync(10)
  const [hash = ''] = port.sent
  port.receipts.set(hash, receiptOf(hash, 5))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await next).toMatchObject({ success: true })
  expect(lane.transactions().map((one) => one.getSnapshot().context.nonce)).toEqual([0])
  expect(port.sent.every((raw) => raw === hash)).toBe(true)
  await lane.close()
})

test('a signer that never signs a replacement does not keep the lane from the receipt', async () => {
  const port = scriptedPort()
  const { sign } = port
  let hangs = false
  port.sign = (call, options) => (hangs ? new Promise(() => undefined) : (sign?.(call, options) ?? Promise.reject()))
  const lane = laneOn(withSigningTimeout(port, 5_000, systemClock))
  const mined = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(1_000)
  hangs = true
  await vi.advanceTimersByTimeAsync(60_000)
  const [hash = ''] = port.sent
  port.receipts.set(hash, receiptOf(hash, 5))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await mined).toMatchObject({ success: true })
  await lane.close()
})
