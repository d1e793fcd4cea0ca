import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AutoFundingConfig } from '../../../src/index.ts'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { law } from '../../support/law.ts'

const HOUR = 3_600
const AFTER = 24 * HOUR
const DEPOSIT = og('14')
const PROVIDERS = 3
const { limits, parameters } = law({ runs: 25, perRunMs: 10_000 })

const which = fc.nat(PROVIDERS - 1)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('charge' as const), which, amount: fc.bigInt(1n, og('2.5')) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('hours' as const), hours: fc.constantFrom(1, 2, 5, 23, 26, 40) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('ensure' as const), which, amount: fc.bigInt(1n, og('2')) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
)

const history = fc.record({
  seed: fc.nat(),
  keep: fc.constantFrom(0n, og('1.2'), og('2.5')),
  when: fc.constantFrom('needed' as const, 'always' as const),
  onPendingRefund: fc.constantFrom('hold' as const, 'reuse' as const),
  lockTime: fc.constantFrom(HOUR, 20 * HOUR),
  steps: fc.array(step, { maxLength: 14 }),
})

type History = typeof history extends fc.Arbitrary<infer T> ? T : never

test(
  'no money is asked back within the time after a use, none is sent again before the next use, and every wei is accounted for',
  limits,
  () => fc.assert(fc.asyncProperty(history, lives), parameters),
)

async function lives({ seed, keep, when, onPendingRefund, lockTime, steps }: History): Promise<void> {
  const providers = PROVIDERS
  await using sim = await createSimulatedBroker({ seed, lockTime, providers, broker: { intervalMs: HOUR * 1_000 } })
  const life = createLife(sim, { keep, when, onPendingRefund })
  await sim.until(sim.broker.ledger.addLedger(DEPOSIT))
  life.start()
  await life.pass(3)
  for (const one of steps) {
    if (one.type === 'charge') life.charge(one.which, one.amount)
    else if (one.type === 'ensure') await life.ensure(one.which, one.amount)
    else if (one.type === 'hours') await life.pass(one.hours)
    else await life.restart()
  }
  await life.pass((AFTER + 2 * lockTime) / HOUR + 4)
  if (when === 'always') life.checkHome(keep)
}

type Terms = { keep: bigint; when: 'needed' | 'always'; onPendingRefund: 'hold' | 'reuse' }
type Account = { free: bigint; pending: bigint; lastUse: number; requested: boolean; charged: bigint }

/** Charges, calls and hours of one simulation. Each hour it looks at what the broker did, and holds that to the law. */
function createLife(sim: Simulation, { keep, when, onPendingRefund }: Terms) {
  const ids = sim.providers.map(({ address }) => address)
  const [wallet] = sim.wallets as [string]
  const accounts = ids.map((): Account => ({ free: 0n, pending: 0n, lastUse: 0, requested: false, charged: 0n }))
  let charged = 0n
  const at = (index: number): Account => nth(accounts, index)
  const config: AutoFundingConfig = { reclaimIdle: { after: '1d', keep, when }, onPendingRefund }

  return {
    start,
    charge(index: number, amount: bigint) {
      const account = at(index)
      const before = inside()
      sim.chain.spend(nth(ids, index), wallet, amount)
      const taken = before - inside()
      if (taken === 0n) return
      charged += taken
      account.charged += taken
      use(account)
    },
    async ensure(index: number, amount: bigint) {
      const asked = sim.broker.inference.ensureFunded(nth(ids, index), amount, { onPendingRefund: 'reuse' })
      await sim.until(asked.catch(() => null))
      // A restart forgets a call that paid nothing.
      at(index).requested = false
      look({ judged: false })
    },
    async restart() {
      await sim.restart()
      start()
    },
    async pass(hours: number) {
      for (let hour = 0; hour < hours; hour += 1) {
        await sim.advance('1h')
        look({ judged: true })
      }
    },
    /** Nothing has used any sub-account for long: only what is kept is left in them. */
    checkHome(most: bigint) {
      const { subAccounts } = sim.chain.position(wallet)
      const left = subAccounts.map(({ available, pendingRefund }) => ({ tooMuch: available > most, pendingRefund }))
      expect(left).toEqual(subAccounts.map(() => ({ tooMuch: false, pendingRefund: 0n })))
    },
  }

  function start(): void {
    for (const id of ids) sim.broker.inference.startAutoFunding(id, config)
    sim.broker.plan$.subscribe(({ decisions }) => {
      const due = decisions.filter(({ reclaim }) => reclaim?.wait === null)
      expect(due.length).toBeLessThanOrEqual(1)
    })
  }

  function inside(): bigint {
    return sim.chain.position(wallet).subAccounts.reduce((sum, { balance }) => sum + balance, 0n)
  }

  function use(account: Account): void {
    account.lastUse = sim.chain.head().timestamp
    account.requested = false
  }

  function look({ judged }: { judged: boolean }): void {
    const { ledger, subAccounts, block } = sim.chain.position(wallet)
    expect([ledger?.total, (ledger?.available ?? 0n) + inside()]).toEqual([DEPOSIT - charged, DEPOSIT - charged])
    for (const [index, id] of ids.entries()) {
      const account = at(index)
      const { available: free = 0n, pendingRefund: pending = 0n } =
        subAccounts.find(({ provider }) => provider === id) ?? {}
      const left = account.free > account.charged ? account.free - account.charged : 0n
      const isPaid = free > left
      const isRequest = pending > account.pending
      if (judged && isPaid) expect([id, 'paid', account.requested]).toEqual([id, 'paid', false])
      // A payment is seen up to an hour after it was made.
      if (judged && isRequest)
        expect([id, 'asked back', block.timestamp - account.lastUse > AFTER - HOUR]).toEqual([id, 'asked back', true])
      if (isPaid) use(account)
      Object.assign(account, { free, pending, charged: 0n, requested: account.requested || isRequest })
    }
  }
}

function nth<T>(all: readonly T[], index: number): T {
  const one = all[index]
  if (one === undefined) throw new RangeError(`There is no ${index}.`)
  return one
}
