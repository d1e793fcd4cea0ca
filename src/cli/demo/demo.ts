import { ogToWei, type Broker } from '../../index.ts'
import { follow } from '../session/follow.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import { viewOf, type PositionView } from '../screen/view.ts'
import { managerOf } from '../session/services.ts'
import { startCharging, type Charge } from './charging.ts'
import { planEnding } from './ending.ts'
import type { DemoEnvironment, DemoEnvironmentOptions } from './environment.ts'
import { openLocalEnvironment } from './local-environment.ts'
import { createDeposits, DEPOSIT } from './deposits.ts'
import { openSimulatedEnvironment } from './simulated-environment.ts'
import { tallyOf, type Levels, type Tally } from './tally.ts'
import { faultsIn } from './verdict.ts'

export type DemoOptions = DemoEnvironmentOptions & {
  /** How many times faster than the clock the simulated contracts run; null for the real ones. */
  speed: number | null
  /** Ends by itself after so many seconds; null where only the signal ends it. */
  seconds: number | null
  signal: AbortSignal
  output: DemoOutput
  /** Serves a page of the broker; resolves with null where none is wanted. */
  openPage?: (broker: Broker) => Promise<(AsyncDisposable & { url: string }) | null>
}

/** What shows the demo: a table, a log, or lines of JSON. */
export type DemoOutput = {
  onPage(url: string): void
  onStart(): void
  onDeposit(amount: string, blockNumber: number): void
  onCharge(charge: Charge): void
  onPosition(view: PositionView, charges: readonly Charge[], isEnding: boolean): void
  close(): void
}

export type Outcome = Tally & {
  seconds: number
  deposits: number
  deposited: bigint
  transactions: number
  faults: string[]
}

/**
 * Runs until its time is over or the signal aborts, and then checks on the chain that every wei is right. Null when the
 * signal aborts before it starts.
 */
export async function runDemo(options: DemoOptions): Promise<Outcome | null> {
  const { speed } = options
  const environment = await (speed === null
    ? openLocalEnvironment(options)
    : openSimulatedEnvironment({ ...options, speed }))
  try {
    if (options.signal.aborted) return null
    await using page = (await options.openPage?.(environment.broker)) ?? null
    if (page) options.output.onPage(page.url)
    return await runIn(environment, options)
  } finally {
    await environment.stop()
  }
}

async function runIn(environment: DemoEnvironment, { seconds, signal, output }: DemoOptions): Promise<Outcome> {
  const { broker, providers, sleep } = environment
  const charges: Charge[] = []
  const onFailure = (error: unknown) => ending.fail(error)
  const charging = startCharging({
    providers,
    user: broker.wallet,
    sleep,
    onCharge(charge) {
      charges.push(charge)
      output.onCharge(charge)
    },
    onFailure,
  })
  const deposits = createDeposits(broker, { onDeposit: (block) => output.onDeposit(DEPOSIT, block), onFailure })
  await deposits.openLedger()
  for (const { address, serviceType } of providers) {
    // The output shows the sub-account from the start, before it exists.
    broker.subAccount(address, serviceType)
    // These providers are the demo's own, and charge in minutes what others charge in days.
    managerOf(broker, serviceType).startAutoFunding(address, { firstDay: 'off' })
  }
  const ending = planEnding({ seconds, signal, stopCharging: charging.stop })
  void environment.failure.then(onFailure)
  output.onStart()
  let levels: Levels = { required: 0n, target: 0n }
  await follow(broker, ending.over, {
    position(position, plan) {
      // Auto-funding runs with its default levels: they are the same for all.
      levels = plan.decisions[0] ?? levels
      const view = viewOf(broker, plan)
      output.onPosition(view, charges, ending.hasBegun())
      charging.onPosition(view)
      deposits.onPosition(position)
      ending.onPosition(view)
    },
  })
  const ran = ending.close()
  const outcome = await outcomeOf(environment, { charges, levels, deposits: await deposits.close() })
  return { ...outcome, seconds: ran }
}

async function outcomeOf(
  { broker, providers, history, transactionCount }: DemoEnvironment,
  { charges, levels, deposits }: { charges: readonly Charge[]; levels: Levels; deposits: number },
): Promise<Omit<Outcome, 'seconds'>> {
  const statuses = [...broker.inference.autoFundingStatus(), ...broker.fineTuning.autoFundingStatus()]
  broker.inference.stopAutoFunding()
  broker.fineTuning.stopAutoFunding()
  await transactionsSettled(broker)
  const final = await broker.position()
  const tally = tallyOf(await history(final.block.number), levels)
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
  })
  return { ...tally, deposits, deposited, transactions, faults }
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n)
