import { InvalidInputError } from '../index.ts'

/** The quoted names of the tables and functions in one schema. */
export type Tables = {
  schema: string
  wallets: string
  journal: string
  migrations: string
  payments: string
  budgets: string
  /** The functions that sum payments of a budget, that name those which refused transactions keep a place for, and that record one. */
  spentIn: string
  heldIn: string
  /** The same at a given time. */
  spentAt: string
  heldAt: string
  pay: string
  /** The function of the trigger that refuses payments of processes too old to count them. */
  refuseUncounted: string
  /** Those that hold a payment to the time of its record, and a refused one to its place. */
  keepTime: string
  keepRefused: string
}

export const DEFAULT_SCHEMA = 'og_ledger'

/** @throws InvalidInputError for what is no plain name: it becomes a part of each statement */
export function tablesIn(schema: string = DEFAULT_SCHEMA): Tables {
  if (typeof schema !== 'string' || !/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new InvalidInputError('schema is a name of small letters, digits and underscores.', {
      option: 'schema',
      do: `leave it out for ${DEFAULT_SCHEMA}`,
    })
  const table = (name: string): string => `"${schema}"."og_ledger_${name}"`
  return {
    schema,
    wallets: table('wallets'),
    journal: table('journal'),
    migrations: table('migrations'),
    payments: table('payments'),
    budgets: table('budgets'),
    spentIn: table('spent_in'),
    heldIn: table('held_in'),
    spentAt: table('spent_at'),
    heldAt: table('held_at'),
    pay: table('pay'),
    refuseUncounted: table('refuse_uncounted'),
    keepTime: table('keep_time'),
    keepRefused: table('keep_refused'),
  }
}

/** A role that may record payments may use what that leads to, where the database grants no role the functions by itself. */
export const grantAs = (pay: string, functions: readonly string[]): string =>
  `do $body$
  declare given record;
  begin
    for given in
      select case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as role
      from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) as acl
      where oid = to_regproc('${pay}')
    loop
      execute 'grant execute on function ${functions.join(', ')} to ' || given.role;
    end loop;
  end
  $body$`
