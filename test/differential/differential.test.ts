import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPlayer } from './play.ts'
import { search } from './search.ts'
import { createWorld, type World } from './world.ts'

/** Histories of up to so many episodes. */
const LENGTH = 60
const runs = Number(process.env['DIFFERENTIAL_RUNS'] ?? 15)
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1)

/** Outcomes that the default sample must reach to be a proof. */
const ESSENTIAL = [
  'ledger.depositFund',
  'ledger.transferFund',
  'ledger.transferFund ✗ CallFailed',
  'ledger.transferFund ✗ InsufficientAvailableBalance',
  'ledger.transferFund ✗ MinimumDepositRequired',
  'ledger.retrieveFund ! BalanceUpdated',
  'ledger.retrieveFund ! RefundRequested',
  'ledger.retrieveFund ✗ TooManyRefunds',
  'ledger.refund ! AccountDeleted',
  'ledger.refund ✗ MinimumDepositRequired',
  'ledger.deleteLedger',
  'inference.settleFeesWithTEE status 0',
  'inference.settleFeesWithTEE status 1',
  'inference.settleFeesWithTEE status 4',
  'inference.settleFeesWithTEE status 5',
  'ledger.registerService ! ServiceRegistered',
  'ledger.setRecommendedService ! RecommendedServiceUpdated',
  'fineTuning.settleFees',
  'fineTuning.settleFees ✗ InvalidVerifierInput insufficient balance',
]

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test(
  `the simulation does what the bytecode does (seed ${seed})`,
  async () => {
    const player = await createPlayer(world, { simulated: world.simulate() })
    const { divergence, steps } = await search(player, { runs, seed, length: LENGTH })
    if (process.env['DIFFERENTIAL_TALLY']) console.log(tableOf(steps, player.reached()))
    expect(divergence?.message).toBeUndefined()
    const expected = process.env['DIFFERENTIAL_RUNS'] === undefined ? ESSENTIAL : []
    expect(expected.filter((outcome) => !player.reached().has(outcome))).toEqual([])
  },
  runs * 10_000 + 60_000,
)

function tableOf(steps: number, reached: ReadonlyMap<string, number>): string {
  const outcomes = [...reached.keys()].toSorted()
  const lines = outcomes.map((outcome) => `${String(reached.get(outcome)).padStart(8)}  ${outcome}`)
  return `${steps} steps\n${lines.join('\n')}`
}
