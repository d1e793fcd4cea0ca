import { expect, test } from 'vitest'
import { createNonceAllocation } from '../../../src/transactions/nonce-allocation.ts'

const account = (provider: string) => ({ provider, serviceType: 'inference' as const })

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
  const { take } = createNonceAllocation({ isTaken: (nonce) => taken.has(nonce) })
  const next = (pending: number) => take(pending, (nonce) => Promise.resolve(nonce))
  expect([await next(2), await next(3), await next(4), await next(5), await next(6), await next(9)]).toEqual([
    2, 5, 5, 5, 7, 9,
  ])
})

test('a nonce is taken once the one before it is recorded or refused: two intents never share one', async () => {
  const taken = new Set<number>()
  const { take } = createNonceAllocation({ isTaken: (nonce) => taken.has(nonce) })
  const record = async (nonce: number, isRefused = false) => {
    await new Promise(setImmediate)
    if (isRefused) throw new Error('refused')
    taken.add(nonce)
    return nonce
  }
  const outcomes = await Promise.allSettled([
    take(7, (nonce) => record(nonce)),
    take(7, (nonce) => record(nonce, true)),
    take(7, (nonce) => record(nonce)),
  ])
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'refused'))).toEqual([
    7,
    'refused',
    8,
  ])
})

test('intents about one sub-account go on in the order of the calls, and a refused one does not hold up the next', async () => {
  const { inOrder } = createNonceAllocation({ isTaken: () => false })
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
