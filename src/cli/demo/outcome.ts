import { sum } from '../../../machines/wei.ts'
import { ogToWei, type AutoFundingStatus, type Broker } from '../../index.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import type { ByHand, HandWatch } from './by-hand.ts'
import type { Charge } from './charging.ts'
import { DEPOSIT } from './deposits.ts'
import type { DemoEnvironment } from './environment.ts'
import { tallyOf, type Levels, type Tally } from './tally.ts'
import { faultsIn } from './verdict.ts'

/** What the demo found, from the chain's own history. */
export type Outcome = Omit<Tally, 'byHand'> & {
  seconds: number
  /** How many times faster than the clock the simulation ran; null for a chain with its own time. */
  speed: number | null
  /** What a person did on the page: it is counted apart. */
  byHand: Tally['byHand'] & Pick<ByHand, 'deposits' | 'deposited' | 'withdrawn' | 'transactions'>
  deposits: number
  deposited: bigint
  transactions: number
  faults: string[]
}

/** Stops auto-funding, waits for what was sent, and checks the books. */
export async function outcomeOf(
  { broker, providers, history, transactionCount, speed }: DemoEnvironment,
  { charges, levels, excused, hand, deposits }: Run,
): Promise<Omit<Outcome, 'seconds'>> {
  const reached = speed()
  const statuses = statusesOf(broker)
  hand.note(statuses)
  broker.inference.stopAutoFunding()
  broker.fineTuning.stopAutoFunding()
  await transactionsSettled(broker)
  const final = await broker.position()
  const byHand = hand.byHand()
  const tally = tallyOf(await history(final.block.number), levels, { byHand, excused })
  const deposited = ogToWei(DEPOSIT) * BigInt(deposits)
  const transactions = await transactionCount(final.block.number)
  const faults = faultsIn(tally, {
    providers: providers.length,
    deposited,
    deposits,
    charged: sum(charges.map(({ fee }) => fee)),
    reported: {
      topUps: statuses.reduce((count, { topUps }) => count + topUps, 0),
      paid: sum(statuses.map(({ paid }) => BigInt(paid))),
    },
    transactions,
    final,
    byHand,
  })
  const { transfers: _, takenBackIn: __, ...sums } = byHand
  return { ...tally, speed: reached, byHand: { ...tally.byHand, ...sums }, deposits, deposited, transactions, faults }
}

/** What a run of the demo leaves to be checked. */
type Run = {
  charges: readonly Charge[]
  levels: Levels
  excused: ReadonlySet<string>
  hand: HandWatch
  deposits: number
}

/** All sub-accounts with auto-funding. */
export const statusesOf = ({ inference, fineTuning }: Broker): AutoFundingStatus[] => [
  ...inference.autoFundingStatus(),
  ...fineTuning.autoFundingStatus(),
]
