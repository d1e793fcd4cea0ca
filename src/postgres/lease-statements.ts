import type { Lease } from '../index.ts'
import type { Row, Run } from './database.ts'
import { lockWait } from './lock-wait.ts'
import type { Tables } from './tables.ts'

/** One wallet's lease, as this process holds it. */
export type HeldLease = { chainId: bigint; wallet: string; bytes: Buffer; epoch: number }

export type ClaimTerms = {
  chainId: bigint
  wallets: readonly Buffer[]
  genesis: Buffer | null
  holder: string
  leaseMs: number
  atMost: number
}

/** The statements about leases. Expiry is measured by the database's clock alone. */
export type LeaseStatements = {
  /** Claims wallets whose lease is over or was never taken: `for update skip locked`, so that claims do not wait for each other. */
  claim(terms: ClaimTerms): Promise<readonly { bytes: Buffer; epoch: number }[]>
  /**
   * Extends leases in one statement. Also one that is over, if no other process has claimed it since: its epoch says so. A row that another
   * transaction has locked keeps no other one waiting: it is `busy`, and this process's still.
   */
  renew(held: readonly HeldLease[], terms: { holder: string; leaseMs: number }): Promise<Renewal>
  /**
   * Notes the chain's first block where none is noted.
   *
   * @returns the one that is noted, in hex digits; null where the lease is another's
   */
  bind(held: HeldLease, terms: { holder: string; genesis: Buffer | null }): Promise<string | null>
  /** Hands leases back in one statement. */
  release(held: readonly HeldLease[], holder: string): Promise<void>
  /** The leases of some wallets of a chain; of all where `wallets` is left out. */
  list(chainId: bigint, wallets?: readonly Buffer[]): Promise<readonly ListedLease[]>
}

/** What is in neither list is another process's. */
export type Renewal = { renewed: readonly HeldLease[]; busy: readonly HeldLease[] }

/** `until` is a time of the database; `genesis` in hex digits. */
export type ListedLease = Lease & { until: string | null; genesis: string | null }

/** @param waitMs how long a statement may wait for other transactions */
export function createLeaseStatements(
  run: Run,
  { wallets: table }: Tables,
  { waitMs }: { waitMs: number },
): LeaseStatements {
  /** Wallets that have a row, by chain: where all have, a search for free ones need not name them. */
  const known = new Set<string>()
  const keyOf = (chainId: bigint, wallet: Buffer): string => `${chainId} ${wallet.toString('hex')}`
  let searches = 0

  return {
    async claim({ chainId, wallets: wanted, genesis, holder, leaseMs, atMost }) {
      const chain = String(chainId)
      searches += 1
      // A row may have been deleted by hand.
      if (wanted.length <= FEW || searches % FORGETS_AFTER === 0) known.clear()
      const missing = wanted.filter((one) => !known.has(keyOf(chainId, one)))
      if (missing.length > 0) await insert(chain, missing)
      for (const one of missing) known.add(keyOf(chainId, one))
      const wallets = missing.length > 0 ? wanted : await freeAmong(chainId, wanted)
      if (wallets.length === 0) return []
      const rows = await run({
        text: `with free as materialized (
            select chain_id, wallet from ${table}
            where chain_id = $1::numeric and wallet = any($2::bytea[])
              and ${IS_FREE}
              and (genesis is null or $3::bytea is null or genesis = $3::bytea)
            limit $4 for update skip locked
          )
          update ${table} as w set holder = $5, epoch = w.epoch + 1, counted_epoch = w.epoch + 1, genesis = coalesce(w.genesis, $3::bytea),
            expires_at = clock_timestamp() + $6::double precision * interval '1 millisecond'
          from free where w.chain_id = free.chain_id and w.wallet = free.wallet
          returning encode(w.wallet, 'hex') as wallet, w.epoch::text as epoch`,
        values: [chain, wallets, genesis, atMost, holder, leaseMs],
      })
      return rows.map((row) => ({ bytes: Buffer.from(String(row['wallet']), 'hex'), epoch: Number(row['epoch']) }))
    },
    async renew(held, { holder, leaseMs }) {
      const rows = await run({
        text: `with own as materialized (
            select * from unnest($3::numeric[], $4::bytea[], $5::bigint[]) as held (chain_id, wallet, epoch)
          ), free as materialized (
            select w.chain_id, w.wallet from ${table} as w join own on ${IS_OWN} for no key update of w skip locked
          ), renewed as (
            update ${table} as w set expires_at = clock_timestamp() + $2::double precision * interval '1 millisecond'
            from free where w.chain_id = free.chain_id and w.wallet = free.wallet returning w.chain_id, w.wallet
          )
          select concat_ws(' ', w.chain_id, encode(w.wallet, 'hex'), w.epoch) as key, renewed.wallet is not null as is_renewed
          from ${table} as w join own on ${IS_OWN} left join renewed on renewed.chain_id = w.chain_id and renewed.wallet = w.wallet`,
        values: [holder, leaseMs, ...columnsOf(held)],
      })
      const found = new Map(rows.map(({ key, is_renewed: isRenewed }) => [key, isRenewed === true]))
      const among = (isRenewed: boolean) =>
        held.filter((one) => found.get(`${one.chainId} ${one.bytes.toString('hex')} ${one.epoch}`) === isRenewed)
      return { renewed: among(true), busy: among(false) }
    },
    async bind({ chainId, bytes, epoch }, { holder, genesis }) {
      const [row] = await run({
        text: `with ${lockWait(waitMs)} update ${table} set genesis = coalesce(genesis, $5::bytea) from wait
          where chain_id = $1::numeric and wallet = $2 and epoch = $3::bigint and holder = $4
          returning encode(genesis, 'hex') as genesis`,
        values: [String(chainId), bytes, epoch, holder, genesis],
      })
      return typeof row?.['genesis'] === 'string' ? row['genesis'] : null
    },
    async release(held, holder) {
      await run({
        text: `with ${lockWait(waitMs)} update ${table} as w set holder = null, expires_at = null
          from wait, unnest($2::numeric[], $3::bytea[], $4::bigint[]) as held (chain_id, wallet, epoch)
          where w.chain_id = held.chain_id and w.wallet = held.wallet and w.epoch = held.epoch and w.holder = $1`,
        values: [holder, ...columnsOf(held)],
      })
    },
    async list(chainId, wallets) {
      const rows = await run({
        text: `select encode(wallet, 'hex') as wallet, encode(genesis, 'hex') as genesis, holder, epoch::text as epoch,
            expires_at > clock_timestamp() as is_live,
            extract(epoch from expires_at - clock_timestamp()) * 1000 as left_ms,
            to_char(expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until
          from ${table} where chain_id = $1::numeric and ($2::bytea[] is null or wallet = any($2::bytea[]))
          order by wallet`,
        values: [String(chainId), wallets ?? null],
      })
      return rows.map((row) => leaseIn(chainId, row))
    },
  }

  async function insert(chain: string, wallets: readonly Buffer[]): Promise<void> {
    await run({
      text: `insert into ${table} (chain_id, wallet)
        select $1::numeric, one from unnest($2::bytea[]) as one
        where not exists (select from ${table} where chain_id = $1::numeric and wallet = one)
        on conflict do nothing`,
      values: [chain, wallets],
    })
  }

  /** Those that may be free. Most of the time none is, and many machines ask each second: the statement names no wallet. */
  async function freeAmong(chainId: bigint, wanted: readonly Buffer[]): Promise<readonly Buffer[]> {
    const rows = await run({
      text: `select encode(wallet, 'hex') as wallet from ${table} where chain_id = $1::numeric and ${IS_FREE} limit $2`,
      values: [String(chainId), MOST_FREE],
    })
    // More than that may be of other fleets: the claim looks for itself.
    if (rows.length === MOST_FREE) return wanted
    const free = new Set(rows.map(({ wallet }) => String(wallet)))
    return wanted.filter((one) => free.has(one.toString('hex')))
  }
}

/** No lease is longer than an hour: one that ends later was taken before the database's clock was set back. */
const IS_FREE = `(holder is null or expires_at is null or expires_at <= clock_timestamp()
  or expires_at > clock_timestamp() + interval '2 hours')`
/** The row `w` is the lease of `own`, and of the holder in $1. */
const IS_OWN = 'w.chain_id = own.chain_id and w.wallet = own.wallet and w.epoch = own.epoch and w.holder = $1'
const FEW = 20
const FORGETS_AFTER = 60
const MOST_FREE = 5_000

function leaseIn(chainId: bigint, row: Row): ListedLease {
  const isHeld = typeof row['holder'] === 'string' && row['is_live'] === true
  return {
    chainId,
    wallet: `0x${String(row['wallet'])}`,
    genesis: typeof row['genesis'] === 'string' ? row['genesis'] : null,
    holder: isHeld ? String(row['holder']) : null,
    epoch: Number(row['epoch']),
    expiresInMs: isHeld ? Math.ceil(Number(row['left_ms'])) : null,
    until: isHeld ? String(row['until']) : null,
  }
}

function columnsOf(held: readonly HeldLease[]): unknown[] {
  return [held.map(({ chainId }) => String(chainId)), held.map(({ bytes }) => bytes), held.map(({ epoch }) => epoch)]
}
