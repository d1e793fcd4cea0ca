import type { Tables } from './tables.ts'

/**
 * The second version of the tables: what wallets have paid, for budgets that several machines share. A released step stays as it is.
 *
 * `at` is the database's time of the record. `counts_from` is the time from which a window counts the payment: that of the record that it
 * is mined, -infinity where it is not paid, and while it may be mined yet 31 days after `at`, so that it counts with every later one.
 *
 * A process of the first version runs on beside these tables, and counts nothing. Where a chain has a budget, its payments are refused: the
 * epoch that it claimed is not the one in `counted_epoch`, which claims of later versions set.
 */
export const paymentTables = ({
  wallets,
  journal,
  payments,
  budgets,
  spentIn,
  pay,
  refuseUncounted,
}: Tables): readonly string[] => [
  // In the order of every statement of a process that runs: a deadlock is none of theirs.
  `lock table ${wallets}, ${journal} in access exclusive mode`,
  `alter table ${wallets} add column counted_epoch bigint`,
  `create table ${budgets} (
    chain_id numeric(78) not null,
    name text not null,
    payments bigint not null default 0,
    primary key (chain_id, name)
  ) with (fillfactor = 50)`,
  `create table ${payments} (
    chain_id numeric(78) not null,
    wallet bytea not null,
    id text not null,
    budget text not null,
    amount numeric(78) not null check (amount >= 0),
    at timestamptz not null,
    counts_from timestamptz not null,
    primary key (chain_id, wallet, id, budget),
    foreign key (chain_id, wallet) references ${wallets}
  )`,
  `create index on ${payments} (chain_id, budget, counts_from) include (amount)`,
  `create function ${spentIn}(
    of_chain numeric, of_budget text, seconds double precision,
    out spent numeric, out oldest_ms double precision, out has_open boolean
  ) language sql as $body$
    select coalesce(sum(amount), 0),
      extract(epoch from min(counts_from) - clock_timestamp())::double precision * 1000 + seconds * 1000,
      coalesce(bool_or(counts_from > clock_timestamp()), false)
    from ${payments}
    where chain_id = of_chain and budget = of_budget
      and counts_from > clock_timestamp() - seconds * interval '1 second'
  $body$`,
  // One statement: where its client is killed, the server ends it, and no lock waits for a client.
  `create function ${pay}(
    of_chain numeric, of_wallet bytea, of_holder text, of_epoch bigint, at_seq bigint, new_record jsonb,
    of_budget text, of_id text, of_amount numeric, most numeric, seconds double precision, wait_ms bigint,
    out outcome text, out spent numeric, out oldest_ms double precision, out has_open boolean
  ) language plpgsql as $body$
  begin
    -- The server ends a wait before the client gives it up: else each try would leave a connection that waits.
    perform set_config('lock_timeout', wait_ms || 'ms', true);
    -- Payments of one budget wait here for each other's commit. The row is changed and not only locked: a transaction whose snapshot is
    -- older than another one's payment ends with a serialization failure.
    insert into ${budgets} as known (chain_id, name) values (of_chain, of_budget)
      on conflict (chain_id, name) do update set payments = known.payments + 1;
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
    if spent + of_amount > most then
      outcome := 'short';
      return;
    end if;
    insert into ${journal} (chain_id, wallet, seq, epoch, record)
      values (of_chain, of_wallet, at_seq, of_epoch, new_record);
    delete from ${payments} where chain_id = of_chain and wallet = of_wallet and at < clock_timestamp() - interval '1512 hours';
    insert into ${payments} (chain_id, wallet, id, budget, amount, at, counts_from)
      values (of_chain, of_wallet, of_id, of_budget, of_amount, clock_timestamp(), clock_timestamp() + interval '744 hours')
      on conflict (chain_id, wallet, id, budget)
      do update set amount = excluded.amount, at = excluded.at, counts_from = excluded.counts_from;
    outcome := 'recorded';
    spent := spent + of_amount;
    has_open := true;
  end
  $body$`,
  // A role that may insert into the journal may use what an insert leads to.
  `do $body$
  declare given record;
  begin
    for given in
      select distinct acl.privilege_type as privilege,
        case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as role
      from pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) as acl
      where oid = '${journal}'::regclass and acl.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    loop
      execute 'grant ' || given.privilege || ' on ${payments}, ${budgets} to ' || given.role;
    end loop;
  end
  $body$`,
  `create function ${refuseUncounted}() returns trigger language plpgsql as $body$
  begin
    if exists (select from ${budgets} where chain_id = new.chain_id) and not exists (
        select from ${wallets} where chain_id = new.chain_id and wallet = new.wallet and counted_epoch = epoch
      ) then
      raise exception 'machines share a budget on this chain, and the og-ledger of this one is too old to count in it: update it'
        using errcode = '55000';
    end if;
    return new;
  end
  $body$`,
  // As `paymentOf`: what auto-funding decided on. A caller's own transaction is not held by a budget.
  `create trigger og_ledger_refuse_uncounted before insert on ${journal} for each row
    when (new.record->>'type' = 'prepared' and new.record->'intent'->>'subAccount' is not null
      and new.record->'intent'->>'decidedAt' is not null)
    execute function ${refuseUncounted}()`,
]
