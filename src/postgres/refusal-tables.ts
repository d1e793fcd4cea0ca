import { grantAs, type Tables } from './tables.ts'

/**
 * The third version of the tables: payments that a node refused for good keep their places in budgets, and what no window counts any more is
 * removed. A released step stays as it is.
 *
 * `nonce` is that of the payment's transaction, null where the journal does not say. `held_until` is set while the payment is refused, to 31
 * days after `at`: another node may have it, until another transaction has its nonce. `counts_from` is -infinity then.
 *
 * Processes of the second version run on beside these tables, and call the same functions. What they say of a refused payment frees its
 * place, as before.
 */
export const refusalTables = ({
  wallets,
  journal,
  payments,
  budgets,
  spentIn,
  heldIn,
  pay,
}: Tables): readonly string[] => [
  // In the order of every statement of a process that runs: a deadlock is none of theirs.
  `lock table ${budgets}, ${payments} in access exclusive mode`,
  `alter table ${payments} add column nonce bigint, add column held_until timestamptz`,
  `alter table ${budgets} add column used_at timestamptz not null default clock_timestamp()`,
  `create index on ${payments} (chain_id, budget) where held_until is not null`,
  `create index on ${payments} (chain_id, at)`,
  // Of the transactions with one nonce one is mined at most: the dearest refused one counts, as far as it is more than what the wallet has
  // begun at that nonce since.
  `create function ${heldIn}(of_chain numeric, of_budget text)
  returns table (wallet bytea, nonce bigint, amount numeric) language sql as $body$
    select held.wallet, held.nonce, held.amount from (
      select refused.wallet, refused.nonce, max(refused.amount) - coalesce((
          select sum(own.amount) from ${payments} as own
          where own.chain_id = of_chain and own.wallet = refused.wallet and own.budget = of_budget and own.nonce = refused.nonce
            and own.counts_from > '-infinity'
        ), 0) as amount
      from ${payments} as refused
      where refused.chain_id = of_chain and refused.budget = of_budget and refused.held_until > clock_timestamp()
        and refused.counts_from = '-infinity'
      group by refused.wallet, refused.nonce, case when refused.nonce is null then refused.id end
    ) as held where held.amount > 0
  $body$`,
  `create or replace function ${spentIn}(
    of_chain numeric, of_budget text, seconds double precision,
    out spent numeric, out oldest_ms double precision, out has_open boolean
  ) language sql as $body$
    with held as materialized (select coalesce(sum(amount), 0) as amount from ${heldIn}(of_chain, of_budget))
    select coalesce(sum(payment.amount), 0) + (select amount from held),
      extract(epoch from min(counts_from) - clock_timestamp())::double precision * 1000 + seconds * 1000,
      coalesce(bool_or(counts_from > clock_timestamp()), false) or (select amount > 0 from held)
    from ${payments} as payment
    where chain_id = of_chain and budget = of_budget
      and counts_from > clock_timestamp() - seconds * interval '1 second'
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
  begin
    -- The server ends a wait before the client gives it up: else each try would leave a connection that waits.
    perform set_config('lock_timeout', wait_ms || 'ms', true);
    -- Payments of one budget wait here for each other's commit. The row is changed and not only locked: a transaction whose snapshot is
    -- older than another one's payment ends with a serialization failure.
    insert into ${budgets} as known (chain_id, name) values (of_chain, of_budget)
      on conflict (chain_id, name) do update set payments = known.payments + 1, used_at = clock_timestamp();
    perform from ${wallets} where chain_id = of_chain and wallet = of_wallet and holder = of_holder and epoch = of_epoch
      and expires_at > clock_timestamp() for share;
    -- The place comes before the budget: it is taken where an answer was lost, and then the payment is in the sum.
    if not found or at_seq <> (
        select coalesce(max(seq), 0) + 1 from ${journal} where chain_id = of_chain and wallet = of_wallet
      ) or pg_is_in_recovery() or current_setting('synchronous_commit') = 'off' or current_setting('fsync') = 'off' then
      outcome := 'fenced';
      return;
    end if;
    select * into spent, oldest_ms, has_open from ${spentIn}(of_chain, of_budget, seconds);
    select coalesce(sum(held.amount), 0) into own from ${heldIn}(of_chain, of_budget) as held
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
      where chain_id = of_chain and at < clock_timestamp() - interval '1512 hours' and counts_from < clock_timestamp() - interval '744 hours'
      order by at limit 100 for update skip locked
    ) as over
    where (old.chain_id, old.wallet, old.id, old.budget) = (over.chain_id, over.wallet, over.id, over.budget);
    delete from ${budgets} as old using (
      select chain_id, name from ${budgets} as unused
      where chain_id = of_chain and used_at < clock_timestamp() - interval '1512 hours'
        and not exists (select from ${payments} where chain_id = of_chain and budget = unused.name)
      limit 10 for update skip locked
    ) as over
    where (old.chain_id, old.name) = (over.chain_id, over.name);
    insert into ${payments} (chain_id, wallet, id, budget, amount, at, counts_from, nonce)
      values (of_chain, of_wallet, of_id, of_budget, of_amount, clock_timestamp(), clock_timestamp() + interval '744 hours', of_nonce)
      on conflict (chain_id, wallet, id, budget) do update set
        amount = excluded.amount, at = excluded.at, counts_from = excluded.counts_from, nonce = excluded.nonce, held_until = null;
    outcome := 'recorded';
    spent := spent - own + greatest(own, of_amount);
    has_open := true;
  end
  $body$`,
  grantAs(pay, [heldIn]),
]
