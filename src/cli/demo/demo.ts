import { ogToWei, type Broker } from '../../index.ts'
import { follow } from '../session/follow.ts'
import { transactionsSettled } from '../session/await-transactions.ts'
import { see, type PositionView } from '../screen/view.ts'
import { managerOf } from '../session/services.ts'
import { startCharging, type Charge } from './charging.ts'
import { planEnding } from './ending.ts'
import type { DemoEnvironment, DemoEnvironmentOptions } from './environment.ts'
import { openLocalEnvironment } from './local-environment.ts'
import { DEPOSIT, openDeposits } from './deposits.ts'
import { openSimulatedEnvironment } from './simulated-environment.ts'
import { tallyOf, type Tally } from './tally.ts'
import { faultsIn } from './verdict.ts'

export type DemoOptions = DemoEnvironmentOptions & {
  /** How many times faster than the clock simulated contracts are; null for the real ones. */
  speed: number | null
  /** Ends by itself after that; null for the signal alone. */
  seconds: number | null
  signal: AbortSignal
  stage: Stage
  /** Serves a page of it, if one is wanted. */
  open?: (broker: Broker) => Promise<(AsyncDisposable & { url: string }) | null>
}

/** Whoever shows it. */
export type Stage = {
  served(url: string): void
  began(): void
  deposited(amount: string, blockNumber: number): void
  charged(charge: Charge): void
  seen(seen: PositionView, charges: readonly Charge[], ending: boolean): void
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
 * Runs until its time is over or the signal aborts, and then finds out from the chain whether every wei is right. Null
 * when it was ended before it began.
 */
export async function runDemo(options: DemoOptions): Promise<Outcome | null> {
  const { speed } = options
  const ground = await (speed === null
    ? openLocalEnvironment(options)
    : openSimulatedEnvironment({ ...options, speed }))
  try {
    if (options.signal.aborted) return null
    await using page = (await options.open?.(ground.broker)) ?? null
    if (page) options.stage.served(page.url)
    return await play(ground, options)
  } finally {
    await ground.stop()
  }
}

async function play(ground: DemoEnvironment, { seconds, signal, stage }: DemoOptions): Promise<Outcome> {
  const { broker, providers, sleep } = ground
  const charges: Charge[] = []
  const onFailure = (error: unknown) => ending.fail(error)
  const charging = startCharging({
    providers,
    user: broker.wallet,
    sleep,
    onCharge(charge) {
      charges.push(charge)
      stage.charged(charge)
    },
    onFailure,
  })
  const purse = openDeposits(broker, { onDeposit: (block) => stage.deposited(DEPOSIT, block), onFailure })
  await purse.open()
  for (const { address, serviceType } of providers) {
    // Shown from the start, before it exists.
    broker.subAccount(address, serviceType)
    managerOf(broker, serviceType).startAutoFunding(address)
  }
  const ending = planEnding({ seconds, signal, stopCharging: charging.stop })
  void ground.broken.then(onFailure)
  stage.began()
  await follow(broker, ending.over, {
    position(position, { decisions }) {
      const seen = see(broker, position, decisions)
      stage.seen(seen, charges, ending.hasBegun())
      charging.look(seen)
      purse.look(position)
      ending.look(seen)
    },
  })
  const ran = ending.close()
  const outcome = await outcomeOf(ground, { charges, deposits: await purse.close() })
  return { ...outcome, seconds: ran }
}

async function outcomeOf(
  { broker, providers, history, transactionCount }: DemoEnvironment,
  { charges, deposits }: { charges: readonly Charge[]; deposits: number },
): Promise<Omit<Outcome, 'seconds'>> {
  const statuses = [...broker.inference.autoFundingStatus(), ...broker.fineTuning.autoFundingStatus()]
  broker.inference.stopAutoFunding()
  broker.fineTuning.stopAutoFunding()
  await transactionsSettled(broker)
  const final = await broker.position()
  const required = requiredOf(broker)
  const tally = tallyOf(await history(final.block.number), required)
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

/** The same for all of them: nobody was given a config of its own. */
function requiredOf(broker: Broker): bigint {
  return BigInt(broker.subAccounts()[0]?.getSnapshot().context.reading?.required ?? 0)
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n)
