import { grantAs, type Tables } from './tables.ts'

/**
 * The fourth version of the tables: the time of payments is held to the chain's, and what processes of the second version say of a refused
 * payment keeps its place. A released step stays as it is.
 *
 * A payment's time is the database's, at most ten minutes ahead of the block time at which it was decided, and not behind it: a clock that leaps
 * ahead neither ends a window nor removes a row, and one that is set back does not record payments as older than they are. A chain that is
 * more than a day ahead of the database is a local one whose time was moved: it counts as one day ahead.
 */
export const clockTables = ({
  wallets,
  journal,
  payments,
  budgets,
  spentIn,
  heldIn,
  spentAt,
  heldAt,
  pay,
  keepTime,
  keepRefused,
}: Tables): readonly string[] => [
  `create function ${heldAt}(of_chain numeric, of_budget text, now_at timestamptz)
  returns table (wallet bytea, nonce bigint, amount numeric) language sql as $body$
    select held.wallet, held.nonce, held.amount from (
      select refused.wallet, refused.nonce, max(refused.amount) - coalesce((
          select sum(own.amount) from ${payments} as own
          where own.chain_id = of_chain and own.wallet = refused.wallet and own.budget = of_budget and own.nonce = refused.nonce
            and own.counts_from > '-infinity'
        ), 0) as amount
      from ${payments} as refused
      where refused.chain_id = of_chain and refused.budget = of_budget and refused.held_until > now_at
        and refused.counts_from = '-infinity'
      group by refused.wallet, refused.nonce, case when refused.nonce is null then refused.id end
    ) as held where held.amount > 0
  $body$`,
  `create function ${spentAt}(
    of_chain numeric, of_budget text, seconds double precision, now_at timestamptz,
    out spent numeric, out oldest_ms double precision, out has_open boolean
  ) language sql as $body$
    with held as materialized (select coalesce(sum(amount), 0) as amount from ${heldAt}(of_chain, of_budget, now_at))
    select coalesce(sum(payment.amount), 0) + (select amount from held),
      extract(epoch from min(counts_from) - now_at)::double precision * 1000 + seconds * 1000,
      coalesce(bool_or(counts_from > now_at), false) or (select amount > 0 from held)
    from ${payments} as payment
    where chain_id = of_chain and budget = of_budget
      and counts_from > now_at - seconds * interval '1 second'
  $body$`,
  `create or replace function ${heldIn}(of_chain numeric, of_budget text)
  returns table (wallet bytea, nonce bigint, amount numeric) language sql as $body$
    select * from ${heldAt}(of_chain, of_budget, clock_timestamp())
  $body$`,
  `create or replace function ${spentIn}(
    of_chain numeric, of_budget text, seconds double precision,
    out spent numeric, out oldest_ms double precision, out has_open boolean
  ) language sql as $body$
    select * from ${spentAt}(of_chain, of_budget, seconds, clock_timestamp())
  $body$`,
  `create or replace function ${pay}(
    of_chain numeric, of_wallet bytea, of_holder text, of_epoch bigint, at_seq bigint, new_record jsonb,
    of_budget text, of_id text, of_amount numeric, most numeric, seconds double precision, wait_ms bigint,
    out outcome text, out spent numeric, out oldest_ms double precision, out has_open boolean
  ) language plpgsql as $body$
  declare
    of_nonce bigint := (new_record->>'nonce')::bigint;
    -- What the wallet's own refused transactions keep at this nonce: the payment takes their place.
    own numeric;
    block_at timestamptz := to_timestamp(nullif((new_record->'intent'->>'decidedAt')::double precision, 0));
    now_at timestamptz := clock_timestamp();
  begin
    if block_at is not null then
      now_at := greatest(least(now_at, block_at + interval '10 minutes'), least(block_at, now_at + interval '1 day'));
    end if;
    -- The server ends a wait before the client gives it up: else each try would leave a connection that waits.
    perform set_config('lock_timeout', wait_ms || 'ms', true);
    -- Payments of one budget wait here for each other's commit. The row is changed and not only locked: a transaction whose snapshot is
    -- older than another one's payment ends with a serialization failure.
    insert into ${budgets} as known (chain_id, name, used_at) values (of_chain, of_budget, now_at)
      on conflict (chain_id, name) do update set payments = known.payments + 1, used_at = now_at;
    perform from ${wallets} where chain_id = of_chain and wallet = of_wallet and holder = of_holder and epoch = of_epoch
      and expires_at > clock_timestamp() for share;
    -- The place comes before the budget: it is taken where an answer was lost, and then the payment is in the sum.
    if not found or at_seq <> (
        select coalesce(max(seq), 0) + 1 from ${journal} where chain_id = of_chain and wallet = of_wallet
      ) or pg_is_in_recovery() or current_setting('synchronous_commit') = 'off' or current_setting('fsync') = 'off' then
      outcome := 'fenced';
      return;
    end if;
    select * into spent, oldest_ms, has_open from ${spentAt}(of_chain, of_budget, seconds, now_at);
    select coalesce(sum(held.amount), 0) into own from ${heldAt}(of_chain, of_budget, now_at) as held
      where held.wallet = of_wallet and held.nonce = of_nonce;
    if spent - own + of_amount > most then
      outcome := 'short';
      return;
    end if;
    insert into ${journal} (chain_id, wallet, seq, epoch, record)
      values (of_chain, of_wallet, at_seq, of_epoch, new_record);
    -- No window is longer than 31 days, and what is in flight counts for 31 days before that. Each payment removes more than it adds.
    delete from ${payments} as old using (
      select chain_id, wallet, id, budget from ${payments}
      where chain_id = of_chain and at < now_at - interval '1512 hours' and counts_from < now_at - interval '744 hours'
      order by at limit 100 for update skip locked
    ) as over
    where (old.chain_id, old.wallet, old.id, old.budget) = (over.chain_id, over.wallet, over.id, over.budget);
    delete from ${budgets} as old using (
      select chain_id, name from ${budgets} as unused
      where chain_id = of_chain and used_at < now_at - interval '1512 hours'
        and not exists (select from ${payments} where chain_id = of_chain and budget = unused.name)
      limit 10 for update skip locked
    ) as over
    where (old.chain_id, old.name) = (over.chain_id, over.name);
    insert into ${payments} (chain_id, wallet, id, budget, amount, at, counts_from, nonce)
      values (of_chain, of_wallet, of_id, of_budget, of_amount, now_at, now_at + interval '744 hours', of_nonce)
      on conflict (chain_id, wallet, id, budget) do update set
        amount = excluded.amount, at = excluded.at, counts_from = excluded.counts_from, nonce = excluded.nonce, held_until = null;
    outcome := 'recorded';
    spent := spent - own + greatest(own, of_amount);
    has_open := true;
  end
  $body$`,
  `create function ${keepTime}() returns trigger language plpgsql as $body$
  begin
    new.counts_from := new.at;
    return new;
  end
  $body$`,
  `create trigger og_ledger_keep_time before update of counts_from on ${payments} for each row
    when (new.counts_from < new.at and new.counts_from > '-infinity')
    execute function ${keepTime}()`,
  // A process of the second version frees the place of a refused payment in the statement of its record. A record that a compaction writes
  // anew changes no payment.
  `create function ${keepRefused}() returns trigger language plpgsql as $body$
  begin
    update ${payments} set held_until = at + interval '744 hours'
      where chain_id = new.chain_id and wallet = new.wallet and id = new.record->>'id' and counts_from = '-infinity' and held_until is null
        and xmin = pg_current_xact_id()::xid;
    return null;
  end
  $body$`,
  `create trigger og_ledger_keep_refused after insert on ${journal} for each row
    when (new.record->>'type' = 'superseded' and new.record->>'refused' = 'true')
    execute function ${keepRefused}()`,
  grantAs(pay, [spentAt, heldAt]),
]
