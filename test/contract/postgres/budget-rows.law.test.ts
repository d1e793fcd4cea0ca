import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeasedJournal } from 'og-ledger'
import { migrate, postgresLeases } from 'og-ledger/postgres'
import { law } from '../../support/law.ts'
import { outcomeRecords, paymentRecord } from '../../support/payment-records.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const chainId = 31_337n
const DAY = 86_400
/** The longest one. */
const WINDOW = 31
/** A payment in flight counts for as long before it leaves the window. */
const KEPT = 63
const WALLETS = 3
const { limits, parameters } = law({ runs: 15, perRunMs: 4_000 })

type Step =
  | { type: 'pay'; wallet: number }
  | { type: 'turn'; payment: number; outcome: 'mined' | 'superseded' | 'refused' }
  | { type: 'pass'; days: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ type: fc.constant('pay' as const), wallet: fc.nat(WALLETS - 1) }), weight: 3 },
    {
      arbitrary: fc.record({
        type: fc.constant('turn' as const),
        payment: fc.nat(5),
        outcome: fc.constantFrom('mined', 'superseded', 'refused'),
      }),
      weight: 2,
    },
    // No sum of these is the length of a window, of two, or of the time that rows are kept.
    fc.record({ type: fc.constant('pass' as const), days: fc.constantFrom(20, 32, 64) }),
  ),
  { minLength: 30, maxLength: 60 },
)

type ModelPayment = {
  id: string
  owner: LeasedJournal
  recorded: number
  paid: number
  state: 'open' | 'paid' | 'refused' | 'unpaid'
}

let postgres: TestPostgres
let pool: Pool
let plays = 0

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
})
afterAll(() => postgres[Symbol.asyncDispose]())

test(
  'over many windows the database keeps the rows of those that may count, and the sum stays that of a list of all payments',
  limits,
  async () => {
    await fc.assert(fc.asyncProperty(steps, play), parameters)
  },
)

async function play(history: readonly Step[]): Promise<void> {
  plays += 1
  const name = `play ${plays}`
  const wallets = Array.from({ length: WALLETS }, (_, at) => `0x${(plays * 10 + at).toString(16).padStart(40, '0')}`)
  const terms = { chainId: BigInt(plays), name, amount: 1_000n, seconds: WINDOW * DAY }
  const leases = postgresLeases({ pool }).withBudget?.(terms)
  const journals = [...((await leases?.claim({ chainId: terms.chainId, wallets })) ?? [])]
  await Promise.all(journals.map((journal) => journal.load()))
  const payments: ModelPayment[] = []
  let now = 0

  for (const step of history) {
    await take(step)
    expect(await sumOf(terms)).toBe(payments.filter(counts).length)
    if (step.type === 'pay') expect(await rowsOf(terms)).toEqual(payments.filter(mayCount).map(({ id }) => id))
  }
  await leases?.close()

  async function take(step: Step): Promise<void> {
    if (step.type === 'pass') {
      now += step.days
      return age(terms, step.days)
    }
    if (step.type === 'pay') {
      const owner = journals[step.wallet]
      if (!owner) throw new Error('Every wallet is free.')
      const id = String(payments.length).padStart(3, '0')
      // Each has a nonce of its own.
      await owner.append(paymentRecord(id, 1n, Math.floor(Date.now() / 1_000), payments.length))
      payments.push({ id, owner, recorded: now, paid: now, state: 'open' })
      return
    }
    const payment = payments.at(-1 - step.payment)
    if (!payment || now - payment.recorded > WINDOW) return
    await payment.owner.append(outcomeRecords[step.outcome](payment.id))
    payment.paid = now
    payment.state = ({ mined: 'paid', superseded: 'unpaid', refused: 'refused' } as const)[step.outcome]
  }

  function counts({ state, recorded, paid }: ModelPayment): boolean {
    if (state === 'unpaid') return false
    if (state === 'refused') return now - recorded < WINDOW
    return state === 'paid' ? now - paid < WINDOW : now - recorded < 2 * WINDOW
  }

  function mayCount(payment: ModelPayment): boolean {
    return now - payment.recorded < KEPT || counts(payment)
  }
}

type Terms = { chainId: bigint; name: string; seconds: number }

async function sumOf({ chainId: of, name, seconds }: Terms): Promise<number> {
  const { rows } = await pool.query<{ spent: string }>('select spent from og_ledger.og_ledger_spent_in($1, $2, $3)', [
    String(of),
    name,
    seconds,
  ])
  return Number(rows[0]?.spent)
}

async function rowsOf({ chainId: of }: Terms): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from og_ledger.og_ledger_payments where chain_id = $1 order by id',
    [String(of)],
  )
  return rows.map(({ id }) => id)
}

/** Time passes in the database: what is in it gets older. */
async function age({ chainId: of }: Terms, days: number): Promise<void> {
  await pool.query(
    `update og_ledger.og_ledger_payments set at = at - $2::interval, counts_from = counts_from - $2::interval,
      held_until = held_until - $2::interval where chain_id = $1`,
    [String(of), `${days} days`],
  )
  await pool.query('update og_ledger.og_ledger_budgets set used_at = used_at - $2::interval where chain_id = $1', [
    String(of),
    `${days} days`,
  ])
}

test('a payment removes a hundred rows of any wallet and budget of its chain at most, and budgets that were given up', async () => {
  await pool.query('insert into og_ledger.og_ledger_wallets (chain_id, wallet) values ($1, $2)', [
    String(chainId),
    Buffer.alloc(20, 7),
  ])
  const terms = { chainId, amount: 1_000n, seconds: DAY }
  const old = `insert into og_ledger.og_ledger_payments (chain_id, wallet, id, budget, amount, at, counts_from)
    select $1, $2, n, 'given up', 1, clock_timestamp() - interval '64 days', '-infinity' from generate_series(1, 150) as n`
  await pool.query(old, [String(chainId), Buffer.alloc(20, 7)])
  await pool.query(
    `insert into og_ledger.og_ledger_budgets (chain_id, name, used_at) values
      ($1, 'given up', clock_timestamp() - interval '64 days'), ($1, 'in use', clock_timestamp() - interval '62 days')`,
    [String(chainId)],
  )
  const leases = postgresLeases({ pool }).withBudget?.({ ...terms, name: 'paying' })
  const [journal] = (await leases?.claim({ chainId, wallets: [`0x${'09'.repeat(20)}`] })) ?? []
  await journal?.load()
  const left: unknown[] = []
  for (const id of ['a', 'b', 'c']) {
    await journal?.append(paymentRecord(id, 1n, Math.floor(Date.now() / 1_000)))
    const { rows } = await pool.query<{ name: string }>(
      'select name from og_ledger.og_ledger_budgets where chain_id = $1 order by name',
      [String(chainId)],
    )
    left.push([(await rowsOf({ ...terms, name: '' })).length, ...rows.map(({ name }) => name)])
  }
  await leases?.close()
  expect(left).toEqual([
    [51, 'given up', 'in use', 'paying'],
    [2, 'in use', 'paying'],
    [3, 'in use', 'paying'],
  ])
})
