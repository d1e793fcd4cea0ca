import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeasedJournal, Leases, RecordedPayment } from 'og-ledger'
import { migrate, postgresLeases } from 'og-ledger/postgres'
import { law } from '../../support/law.ts'
import { outcomeRecords, paymentRecord } from '../../support/payment-records.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const chainId = 31_337n
const AMOUNT = 12
const WINDOW = 3_600
/** No sum of these is near the window: what a test itself takes does not matter. */
const PASSES = 700
const WALLETS = 3
/** The last one knows of no budget. */
const PROCESSES = 3
const { limits, parameters } = law({ runs: 20, perRunMs: 4_000 })

type Step =
  | { type: 'claim'; wallet: number; process: number; isTaken: boolean }
  | { type: 'pay'; wallet: number; amount: number; nonce: number }
  | { type: 'turn'; payment: number; outcome: keyof typeof outcomeRecords }
  | { type: 'pass' }

const wallet = fc.nat(WALLETS - 1)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant('claim' as const),
      wallet,
      process: fc.nat(PROCESSES - 1),
      isTaken: fc.boolean(),
    }),
    {
      arbitrary: fc.record({
        type: fc.constant('pay' as const),
        wallet,
        amount: fc.integer({ min: 1, max: 6 }),
        nonce: fc.nat(2),
      }),
      weight: 3,
    },
    {
      arbitrary: fc.record({
        type: fc.constant('turn' as const),
        payment: fc.nat(30),
        outcome: fc.constantFrom('mined', 'reverted', 'superseded', 'unmined', 'refused'),
      }),
      weight: 2,
    },
    fc.record({ type: fc.constant('pass' as const) }),
  ),
  { minLength: 10, maxLength: 40 },
)

let postgres: TestPostgres
let pool: Pool
let plays = 0

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
})
afterAll(() => postgres[Symbol.asyncDispose]())

type ModelPayment = {
  id: string
  wallet: number
  nonce: number
  amount: number
  at: number
  state: RecordedPayment['state']
  isKnown: boolean
}

test(
  'whatever processes, takeovers, outcomes and time do, the database lets in what the budget allows, and counts each payment once',
  limits,
  async () => {
    await fc.assert(fc.asyncProperty(steps, play), parameters)
  },
)

async function play(history: readonly Step[]): Promise<void> {
  plays += 1
  const name = `play ${plays}`
  const wallets = Array.from(
    { length: WALLETS },
    (_, at) => `0x${(plays * WALLETS + at).toString(16).padStart(40, '0')}`,
  )
  const processes = Array.from({ length: PROCESSES }, (_, at): Leases => {
    const leases = postgresLeases({ pool, holder: `p${at}` })
    const terms = { chainId, name, amount: BigInt(AMOUNT), seconds: WINDOW }
    return at === PROCESSES - 1 ? leases : (leases.withBudget?.(terms) ?? leases)
  })
  const owners: ({ journal: LeasedJournal; isHeld: boolean } | null)[] = wallets.map(() => null)
  const payments: ModelPayment[] = []
  let now = 0

  for (const step of history) {
    await take(step)
    expect(await spentIn(name)).toBe(spent())
  }
  await Promise.all(processes.map((leases) => leases.close()))

  async function take(step: Step): Promise<void> {
    switch (step.type) {
      case 'claim':
        return claim(step)
      case 'pay':
        return pay(step)
      case 'turn':
        return turn(step)
      case 'pass':
        now += PASSES
        await passIn(name)
    }
  }

  async function claim({ wallet: at, process, isTaken }: Extract<Step, { type: 'claim' }>): Promise<void> {
    const before = owners[at]
    const address = wallets[at] ?? ''
    if (before && isTaken) await expire(address)
    else await before?.journal.close()
    const [journal] = (await processes[process]?.claim({ chainId, wallets: [address] })) ?? []
    if (!journal) throw new Error('The wallet is free.')
    await journal.load()
    const isHeld = process < PROCESSES - 1
    owners[at] = { journal, isHeld }
    if (isHeld)
      for (const payment of payments)
        if (payment.wallet === at && !payment.isKnown) Object.assign(payment, { isKnown: true, at: now })
    // Whatever the process from before still tries.
    if (before && isTaken) {
      await expect(before.journal.append(paymentRecord('of a zombie', 1n))).rejects.toThrow('has lost the lease')
      for (const { id } of payments.filter((one) => one.wallet === at))
        await expect(before.journal.append(outcomeRecords.superseded(id))).rejects.toThrow('has lost the lease')
    }
  }

  async function pay({ wallet: at, amount, nonce }: Extract<Step, { type: 'pay' }>): Promise<void> {
    const owner = owners[at]
    if (!owner) return
    const id = `${payments.length}`
    const isAllowed = !owner.isHeld || spent() - heldAt(at, nonce) + amount <= AMOUNT
    // Block time, and so that of the record, is now: what passes in the model does not pass on the chain.
    const work = owner.journal.append(paymentRecord(id, BigInt(amount), Math.floor(Date.now() / 1_000), nonce))
    if (!isAllowed) return expect(work).rejects.toThrow('The budget that several machines share does not allow it now.')
    await work
    payments.push({ id, wallet: at, nonce, amount, at: now, state: 'open', isKnown: owner.isHeld })
  }

  async function turn({ payment: index, outcome }: Extract<Step, { type: 'turn' }>): Promise<void> {
    const payment = payments[index % Math.max(1, payments.length)]
    const owner = payment && owners[payment.wallet]
    if (!owner) return
    await owner.journal.append(outcomeRecords[outcome](payment.id))
    if (outcome === 'mined') payment.at = now
    payment.state = stateAfter[outcome]
  }

  function spent(): number {
    const known = payments.filter(({ isKnown }) => isKnown)
    const slots = new Set(known.map(({ wallet: at, nonce }) => `${at} ${nonce}`))
    const held = [...slots].map((slot) => heldAt(...(slot.split(' ').map(Number) as [number, number])))
    const paid = known.filter(({ state, at }) => state === 'open' || (state === 'paid' && at > now - WINDOW))
    return [...held, ...paid.map(({ amount }) => amount)].reduce((sum, amount) => sum + amount, 0)
  }

  /** What refused transactions keep at a nonce of a wallet, beyond what that has begun there. */
  function heldAt(wallet: number, nonce: number): number {
    const known = payments.filter((one) => one.isKnown && one.wallet === wallet && one.nonce === nonce)
    const dearest = Math.max(0, ...known.flatMap(({ state, amount }) => (state === 'refused' ? amount : [])))
    const begun = known.filter(({ state }) => state === 'open' || state === 'paid')
    return Math.max(
      0,
      begun.reduce((left, { amount }) => left - amount, dearest),
    )
  }
}

const stateAfter = {
  mined: 'paid',
  reverted: 'unpaid',
  superseded: 'unpaid',
  refused: 'refused',
  unmined: 'open',
} as const

async function spentIn(name: string): Promise<number> {
  const { rows } = await pool.query<{ spent: string }>('select spent from og_ledger.og_ledger_spent_in($1, $2, $3)', [
    String(chainId),
    name,
    WINDOW,
  ])
  return Number(rows[0]?.spent)
}

/** Time passes in the database: what is in it gets older. */
async function passIn(name: string): Promise<void> {
  const age = `interval '${PASSES} seconds'`
  await pool.query(
    `update og_ledger.og_ledger_payments set at = at - ${age}, counts_from = counts_from - ${age}, held_until = held_until - ${age} where budget = $1`,
    [name],
  )
}

async function expire(address: string): Promise<void> {
  await pool.query('update og_ledger.og_ledger_wallets set expires_at = clock_timestamp() where wallet = $1', [
    Buffer.from(address.slice(2), 'hex'),
  ])
}
