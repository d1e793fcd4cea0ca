import { expect, test } from 'vitest'
import type { Position } from '../../../../src/index.ts'
import { staysInWords } from '../../../../src/cli/screen/stays.ts'

const OG = 10n ** 18n
const money = (balance: bigint, pendingRefund: bigint) =>
  ({ balance: balance * OG, pendingRefund: pendingRefund * OG }) as Position['subAccounts'][number] &
    NonNullable<Position['elsewhere']>[number]
const ledger = (locked: bigint) => ({
  locked: locked * OG,
  available: OG,
  total: (locked + 1n) * OG,
  additionalInfo: '',
})

test.each([
  { here: [], there: [], locked: 0n, stays: undefined },
  { here: [money(5n, 0n)], there: [], locked: 5n, stays: '5 OG in 1 sub-account: retrieve asks it back' },
  {
    here: [money(5n, 2n), money(0n, 0n)],
    there: [],
    locked: 5n,
    stays: '5 OG in 1 sub-account: retrieve asks it back',
  },
  {
    here: [money(3n, 3n), money(2n, 2n)],
    there: [],
    locked: 5n,
    stays: '5 OG in 2 sub-accounts: it is asked back, and claim brings it home after the lock',
  },
  { here: [], there: [money(5n, 0n)], locked: 5n, stays: '5 OG in 1 sub-account: retrieve asks it back' },
  { here: [money(3n, 3n)], there: [money(2n, 0n)], locked: 5n, stays: '5 OG in 2 sub-accounts: retrieve asks it back' },
  {
    here: [money(3n, 3n)],
    there: [money(2n, 2n)],
    locked: 5n,
    stays: '5 OG in 2 sub-accounts: it is asked back, and claim brings it home after the lock',
  },
  { here: [], there: [], locked: 5n, stays: '5 OG in 0 sub-accounts: retrieve asks it back' },
])('$locked OG that are locked: $stays', ({ here, there, locked, stays }) => {
  expect(staysInWords({ ledger: ledger(locked), subAccounts: here, elsewhere: there })).toEqual(stays ? { stays } : {})
})
