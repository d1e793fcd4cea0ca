import { expect, test } from 'vitest'
import { ReadError } from '../../../src/index.ts'
import type { Outcome } from '../../../src/chain/batch.ts'
import { createDigests } from '../../../src/chain/digests.ts'
import { digestCode } from '../../../src/chain/digest-code.ts'
import type { WalletView } from '../../../src/chain/wallet-views.ts'
import { fakeAddress } from '../../../src/testing/fakes.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const word = (value: number | bigint): string => value.toString(16).padStart(64, '0')
const VIEWS: WalletView[] = [{ to: fakeAddress('contract'), data: `0x00000001${word(0)}`, takesWallet: true }]
const wallets = Array.from({ length: 12 }, (_, at) => fakeAddress(`wallet ${at}`))

/** Of the code for so many wallets. */
const LENGTHS = Array.from(
  { length: 101 },
  (_, count) => digestCode(VIEWS, Array<string>(count).fill(VIEWS[0]?.to ?? '')).length,
)

/** A node that answers with the wallets themselves instead of digests, and digests that ask it. */
function world(refusal: (count: number) => Error | null = () => null) {
  const time = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const asked: number[] = []
  const digests = createDigests({
    views: VIEWS,
    clock: time.clock,
    rpc: {
      async call({ data }) {
        const count = LENGTHS.indexOf(data.length)
        asked.push(count)
        const refused = refusal(count)
        if (refused) throw refused
        const named = data.slice(-40 * count).match(/.{40}/g) ?? []
        return `0x${word(7)}${word(70)}${named.map((one) => one.padStart(64, '0')).join('')}`
      },
    },
  })
  const read = async (names: readonly string[]) => {
    const answers = Promise.allSettled(names.map((wallet) => digests.read(wallet)))
    await time.passTo(time.clock.now() + 10)
    return answers
  }
  return { time, asked, digests, read }
}

const answerFor = (wallet: string) => ({
  status: 'fulfilled',
  value: { block: { number: 7, timestamp: 70 }, digest: `0x${wallet.slice(2).toLowerCase().padStart(64, '0')}` },
})
const NONE = { status: 'fulfilled', value: null }

test('wallets that are asked for at the same time share a request, and each gets its own digest', async () => {
  const { read, asked } = world()
  expect(await read(wallets)).toEqual(wallets.map(answerFor))
  expect(asked).toEqual([12])
})

test('a node that refuses the size gets half, and is asked for no more from then on', async () => {
  const { read, asked } = world((count) => (count > 4 ? new Error('out of gas') : null))
  expect(await read(wallets)).toEqual(wallets.map(answerFor))
  expect(asked).toEqual([12, 6, 6, 3, 3, 3, 3])
  asked.length = 0
  expect(await read(wallets)).toEqual(wallets.map(answerFor))
  expect(asked).toEqual([3, 3, 3, 3])
})

test('a node that never ran the code gives no digest, and is asked again after a minute, two, four', async () => {
  const { read, asked, time } = world(() => new Error('invalid opcode'))
  const tries: number[] = []
  for (let minute = 0; minute <= 8; minute += 1) {
    expect(await read(wallets.slice(0, 2))).toEqual([NONE, NONE])
    if (asked.length > tries.length) tries.push(minute)
    await time.passTo((minute + 1) * 60_100)
  }
  expect(tries).toEqual([0, 1, 3, 7])
})

test('a request that fails gives no digests, requests that fail together pause as one, and the next answer ends that', async () => {
  let failure: Error | null = new Error('connection refused')
  const all = Array.from({ length: 4 }, () => wallets).flat()
  const { read, asked, time } = world((count) => (count > 3 ? new Error('out of gas') : failure))
  expect(await read(all)).toEqual(all.map(() => NONE))
  expect(asked.filter((count) => count <= 3).length).toBeGreaterThan(10)
  failure = null
  await time.passTo(time.clock.now() + 60_000)
  expect(await read([wallets[0] ?? ''])).toEqual([answerFor(wallets[0] ?? '')])
})

test('a node that does not answer in time fails the reading, and the next one is in full', async () => {
  const { read } = world(() => new Error('no answer within 20000 ms'))
  const [wallet = ''] = wallets
  expect(await read([wallet])).toEqual([{ status: 'rejected', reason: expect.any(ReadError) as unknown }])
  expect(await read([wallet])).toEqual([NONE])
})

test('outcomes that may be no answers of the contract have no digest', () => {
  const { digests } = world()
  const sound: Outcome[] = [
    { reverted: false, data: '0x' },
    { reverted: true, data: '0x01' },
  ]
  expect(digests.of(sound)).toMatch(/^0x[\da-f]{64}$/)
  expect(digests.of([...sound, { reverted: true, data: '0x' }])).toBeNull()
  expect(digests.of([...sound, undefined])).toBeNull()
})
