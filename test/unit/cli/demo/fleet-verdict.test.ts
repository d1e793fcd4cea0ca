import { expect, test } from 'vitest'
import { faultsOf } from '../../../../src/cli/demo/fleet/verdict.ts'
import { ratioOf } from '../../../../src/cli/demo/fleet/words.ts'

const OG = 10n ** 18n
const one = (amount: bigint, wallet = '0x00000001') => ({ wallet, provider: '0x00000002', amount })
const books = (paid: readonly bigint[], left: bigint) => ({
  level: 2n * OG,
  needed: [one(OG), one(OG)],
  paid: paid.map((amount) => one(amount)),
  available: [one(left)],
})

test.for<[string, readonly bigint[], bigint, string, number]>([
  ['what was needed', [OG, OG], 2n * OG, '1.000', 0],
  ['one of them twice', [OG, OG, OG], 3n * OG, '1.500', 2],
  ['one of them twice, where a charge has hidden it', [OG, OG, OG], 2n * OG, '1.500', 1],
  ['one of them not', [OG], OG, '0.500', 2],
])('paid: %s', ([, paid, left, ratio, faults]) => {
  expect([ratioOf(books(paid, left)), faultsOf(books(paid, left)).length]).toEqual([ratio, faults])
})
