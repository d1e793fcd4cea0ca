import { expect, test } from 'vitest'
import { createNonceAllocation } from '../../../src/transactions/nonce-allocation.ts'

const account = (provider: string) => ({ provider, serviceType: 'inference' as const })

const allocationWith = (open: Set<number>, onUnknown: (nonces: readonly number[]) => void = () => undefined) =>
  createNonceAllocation({ index: { nonces: () => ({ open, mined: new Set() }), revived: new Set() }, onUnknown })

/** A promise that the test settles. */
function gate() {
  let open = (): void => undefined
  let fail = (): void => undefined
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve
    fail = () => reject(new Error('refused'))
  })
  return { passed, open, fail }
}

test('the free nonce is the first from the node’s on that no transaction of the lane has', async () => {
  const taken = new Set([3, 4, 6])
  const { take } = allocationWith(taken)
  const next = (pending: number) => take({ latest: pending, pending }, 'depositFund', (nonce) => Promise.resolve(nonce))
  expect([await next(2), await next(3), await next(4), await next(5), await next(6), await next(9)]).toEqual([
    2, 5, 5, 5, 7, 9,
  ])
})

test('a nonce is taken once the one before it is recorded or refused: two intents never share one', async () => {
  const taken = new Set<number>()
  const { take } = allocationWith(taken)
  const record = async (nonce: number, isRefused = false) => {
    await new Promise(setImmediate)
    if (isRefused) throw new Error('refused')
    taken.add(nonce)
    return nonce
  }
  const outcomes = await Promise.allSettled([
    take({ latest: 7, pending: 7 }, 'depositFund', (nonce) => record(nonce)),
    take({ latest: 7, pending: 7 }, 'depositFund', (nonce) => record(nonce, true)),
    take({ latest: 7, pending: 7 }, 'depositFund', (nonce) => record(nonce)),
  ])
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'refused'))).toEqual([
    7,
    'refused',
    8,
  ])
})

test('intents about one sub-account go on in the order of the calls, and a refused one does not hold up the next', async () => {
  const { inOrder } = allocationWith(new Set())
  const events: string[] = []
  const gates = { first: gate(), refused: gate(), last: gate(), other: gate() }
  const prepare = (name: keyof typeof gates, ...providers: string[]) =>
    inOrder(providers.map(account), async (earlier) => {
      events.push(`begin ${name}`)
      await gates[name].passed
      await earlier
      events.push(name)
    }).catch(() => events.push(`${name} refused`))
  const all = [prepare('first', 'alice'), prepare('refused', 'alice', 'bob'), prepare('last', 'bob'), prepare('other')]
  // All of them ask the node at once.
  expect(events.splice(0)).toEqual(['begin first', 'begin refused', 'begin last', 'begin other'])
  for (const { open } of [gates.last, gates.other]) open()
  await new Promise(setImmediate)
  expect(events).toEqual(['other'])
  gates.refused.fail()
  await new Promise(setImmediate)
  expect(events).toEqual(['other', 'refused refused'])
  gates.first.open()
  await Promise.all(all)
  expect(events).toEqual(['other', 'refused refused', 'first', 'last'])
})

test('while the pool holds a transaction that the lane does not know, no nonce is taken', async () => {
  const reports: (readonly number[])[] = []
  const { take } = allocationWith(new Set([4]), (nonces) => reports.push(nonces))
  const taken = take({ latest: 4, pending: 7 }, 'transferFund', (nonce) => Promise.resolve(nonce))
  await expect(taken).rejects.toMatchObject({ name: 'UnknownPendingError', nonces: [5, 6], retryable: true })
  expect(reports).toEqual([[5, 6]])
  expect(await take({ latest: 7, pending: 7 }, 'transferFund', (nonce) => Promise.resolve(nonce))).toBe(7)
})

test('a nonce that another program spent after the position of the decision takes the next one from it', async () => {
  const reports: (readonly number[])[] = []
  const { take } = allocationWith(new Set([5]), (nonces) => reports.push(nonces))
  const takenAt = (seen: number | null) =>
    take({ latest: 8, pending: 8, seen }, 'transferFund', (nonce) => Promise.resolve(nonce))
  await expect(takenAt(5)).rejects.toMatchObject({
    name: 'OvertakenError',
    facts: { operation: 'transferFund', nonce: '6, 7', do: 'try again: the next reading shows it' },
    retryable: true,
  })
  expect(reports).toEqual([[6, 7]])
  // The position shows them, or the decision rests on none.
  expect([await takenAt(8), await takenAt(null)]).toEqual([8, 8])
})

test('a gap is filled once, unless a transaction of the lane has its nonce by then', async () => {
  const open = new Set([6])
  const { fill } = allocationWith(open)
  const filled: number[] = []
  const use = (nonce: number) => () => {
    open.add(nonce)
    filled.push(nonce)
    return Promise.resolve()
  }
  await Promise.all([fill(5, use(5)), fill(5, use(5)), fill(6, use(6))])
  expect(filled).toEqual([5])
})
