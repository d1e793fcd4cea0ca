import type { CommonBudget, RecordedPayment } from '../index.ts'
import type { Row, Run } from './database.ts'
import type { StoredRecord } from './journal-loads.ts'
import type { HeldLease } from './lease-statements.ts'
import { lockWait } from './lock-wait.ts'
import { countsFrom, heldUntil, type PaymentChange } from './payment-changes.ts'
import type { Tables } from './tables.ts'

/**
 * What a budget has paid in its window, in wei, and in how many milliseconds the sum may be less: null while there is nothing in it. `held`: what
 * of it is kept for transactions that nodes refused; null where the statement does not say.
 */
export type Spent = { spent: bigint; lessInMs: number | null; held: Held | null }

/** `wallets`: whose transactions they are. */
export type Held = { amount: bigint; wallets: string }

/** `fenced`: the lease, the place or the server did not let the record in. `short`: the budget did not; nothing is recorded. */
export type PayAnswer = { outcome: 'fenced' } | ({ outcome: 'recorded' | 'short' } & Spent)

/** The journal of a wallet that was just loaded, as payments. */
export type Adoption = { lease: HeldLease; payments: readonly RecordedPayment[] }

/**
 * The statements about what wallets have paid. Time is the database's. What records a payment does so only while the lease holds; what is true
 * of one is written until another process has claimed the wallet.
 */
export type PaymentStatements = {
  /** Records an intent that pays, and counts it: both or neither. Payments of one budget come one after the other. */
  pay(
    lease: HeldLease & { holder: string },
    record: StoredRecord,
    payment: Extract<PaymentChange, { type: 'begins' }>,
    budget: CommonBudget,
  ): Promise<PayAnswer>
  spent(budget: CommonBudget): Promise<Spent>
  /**
   * Counts what journals tell of and the budget does not know: payments that were recorded without it. What it takes for open is settled as
   * the journal says. From then on the chain has the budget, and processes too old to count in it record no payment.
   */
  adopt(adoptions: readonly Adoption[], terms: { holder: string; budget: CommonBudget }): Promise<void>
  /** Says what became of a payment, without a record of it. */
  turn(lease: HeldLease & { holder: string }, change: Extract<PaymentChange, { type: 'turns' }>): Promise<void>
}

/** While a payment may still end unpaid, the sum may be less at any time. */
const OPEN_MS = 30_000

const IS_OPEN = 'payment.counts_from > clock_timestamp()'
/** The state of a row, as `countsFrom` has set it. */
const STATE = `case when ${IS_OPEN} then 'open' when payment.counts_from > '-infinity' then 'paid'
  when payment.held_until > clock_timestamp() then 'refused' else 'unpaid' end`
/** Columns that `heldOf` reads. */
const HELD = `coalesce(sum(amount), 0)::text as held, string_agg(distinct '0x' || encode(wallet, 'hex'), ', ') as held_by`
/** What the journal says of the time, and no time to come. */
const toldTime = 'greatest(payment.at, least(to_timestamp(told.at), clock_timestamp()))'

/** @param waitMs how long a payment may wait for others of its budget */
export function createPaymentStatements(
  run: Run,
  { wallets, payments, budgets, spentIn, heldIn, pay }: Tables,
  { waitMs }: { waitMs: number },
): PaymentStatements {
  return {
    async pay({ chainId, bytes, holder, epoch }, { seq, json }, { id, amount }, budget) {
      const [row = {}] = await run({
        text: `select outcome, spent::text as spent, oldest_ms, has_open, held, held_by from ${pay}(
            $1::numeric, $2::bytea, $3::text, $4::bigint, $5::bigint, $6::jsonb, $7::text, $8::text, $9::numeric, $10::numeric,
            $11::double precision, $12::bigint)
          left join lateral (select ${HELD} from ${heldIn}($1::numeric, $7::text)) as held on outcome = 'short'`,
        values: [
          String(chainId),
          bytes,
          holder,
          epoch,
          seq,
          json,
          budget.name,
          id,
          String(amount),
          String(budget.amount),
          budget.seconds,
          Math.ceil(waitMs),
        ],
      })
      const { outcome } = row
      return outcome === 'recorded' || outcome === 'short' ? { outcome, ...spentOf(row) } : { outcome: 'fenced' }
    },
    async spent({ chainId, name, seconds }) {
      const [row = {}] = await run({
        text: `select spent::text as spent, oldest_ms, has_open, held, held_by
          from ${spentIn}($1::numeric, $2::text, $3::double precision), (select ${HELD} from ${heldIn}($1::numeric, $2::text)) as held`,
        values: [String(chainId), name, seconds],
      })
      return spentOf(row)
    },
    async adopt(adoptions, { holder, budget: { chainId, name } }) {
      const told = adoptions.flatMap(({ lease: { bytes }, payments: all }) => all.map((one) => ({ ...one, bytes })))
      await run({
        text: `with ${lockWait(waitMs)}, lease as materialized (
            select w.wallet from wait, ${wallets} as w
            join unnest($3::bytea[], $4::bigint[]) as held (wallet, epoch) on w.wallet = held.wallet and w.epoch = held.epoch
            where w.chain_id = $1::numeric and w.holder = $2 for share of w
          ), told as materialized (
            select told.* from unnest($6::bytea[], $7::text[], $8::numeric[], $9::double precision[], $10::text[], $11::bigint[])
              as told (wallet, id, amount, at, state, nonce) join lease on lease.wallet = told.wallet
          ), begun as (
            insert into ${budgets} (chain_id, name) values ($1::numeric, $5) on conflict do nothing
          ), forgotten as (
            update ${payments} as payment set counts_from = least(payment.counts_from, clock_timestamp()), held_until = null from lease
            where payment.chain_id = $1::numeric and payment.wallet = lease.wallet and (${IS_OPEN} or payment.held_until is not null)
              and not exists (select from told where told.wallet = payment.wallet and told.id = payment.id)
          ), settled as (
            update ${payments} as payment set counts_from = ${countsFrom('told.state', toldTime)}, held_until = ${heldUntil('told.state')},
              nonce = told.nonce
            from told
            where payment.chain_id = $1::numeric and payment.wallet = told.wallet and payment.id = told.id
              and (told.state <> ${STATE} or (told.state in ('open', 'refused') and payment.nonce is null))
          )
          insert into ${payments} (chain_id, wallet, id, budget, amount, at, counts_from, held_until, nonce)
          select $1::numeric, payment.wallet, payment.id, $5, payment.amount, payment.at, ${countsFrom('payment.state', 'payment.at')},
            ${heldUntil('payment.state')}, payment.nonce
          from (
            select wallet, id, amount, state, nonce, least(to_timestamp(at), clock_timestamp()) as at from told
          ) as payment
          where payment.at > least(clock_timestamp(), (select to_timestamp(max(at)) from told)) - interval '1512 hours'
          on conflict do nothing`,
        values: [
          String(chainId),
          holder,
          adoptions.map(({ lease }) => lease.bytes),
          adoptions.map(({ lease }) => lease.epoch),
          name,
          told.map(({ bytes }) => bytes),
          told.map(({ id }) => id),
          told.map(({ amount }) => String(amount)),
          told.map(({ at }) => at),
          told.map(({ state }) => state),
          told.map(({ nonce }) => nonce),
        ],
      })
    },
    async turn({ chainId, bytes, holder, epoch }, { id, into }) {
      await run({
        text: `with ${lockWait(waitMs)}, lease as (
            select from wait, ${wallets} as w where chain_id = $1::numeric and wallet = $2 and holder = $3 and epoch = $4::bigint
            for share of w
          )
          update ${payments} as payment set counts_from = ${countsFrom('$6::text')}, held_until = ${heldUntil('$6::text')}
          where chain_id = $1::numeric and wallet = $2 and id = $5 and exists (select from lease)`,
        values: [String(chainId), bytes, holder, epoch, id, into],
      })
    },
  }
}

function spentOf(row: Row): Spent {
  const oldest = row['oldest_ms']
  const isOpen = row['has_open'] === true
  const lessInMs = typeof oldest === 'number' ? Math.max(0, oldest) : null
  return {
    spent: BigInt(String(row['spent'])),
    lessInMs: isOpen ? Math.min(lessInMs ?? OPEN_MS, OPEN_MS) : lessInMs,
    held: heldOf(row),
  }
}

function heldOf({ held, held_by: wallets }: Row): Held | null {
  return typeof held === 'string' ? { amount: BigInt(held), wallets: typeof wallets === 'string' ? wallets : '' } : null
}
