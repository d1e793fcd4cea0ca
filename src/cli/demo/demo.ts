import type { Broker } from '../../index.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import { follow } from '../session/follow.ts'
import { viewOf, type PositionView } from '../screen/view.ts'
import { managerOf } from '../session/services.ts'
import { startCharging, type Charge } from './charging.ts'
import { watchHand } from './by-hand.ts'
import { isHeldByPerson, planEnding, unfinishedIn } from './ending.ts'
import { beginWords, waitWords } from './ending-words.ts'
import type { DemoEnvironment, DemoEnvironmentOptions } from './environment.ts'
import { openLocalEnvironment } from './local-environment.ts'
import { createDeposits, DEPOSIT } from './deposits.ts'
import { openSimulatedEnvironment } from './simulated-environment.ts'
import { outcomeOf, statusesOf, type Outcome } from './outcome.ts'
import type { Levels } from './tally.ts'

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
  /** @param nameOf the name of a provider, which outputs show instead of its address */
  onStart(nameOf: (id: SubAccountId) => string): void
  onDeposit(amount: string, blockNumber: number): void
  onCharge(charge: Charge): void
  /** The ending has begun: what it waits for, in a sentence. */
  onEnding(words: string): void
  onPosition(view: PositionView, charges: readonly Charge[], ending: string | null): void
  close(): void
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
  const names = new Map(
    providers.map(({ address, serviceType, name }) => [keyOf({ provider: address, serviceType }), name]),
  )
  const nameOf = (id: SubAccountId) => names.get(keyOf(id)) ?? id.provider
  const charges: Charge[] = []
  const hand = watchHand(broker)
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
  const deposits = createDeposits(broker, {
    onDeposit(block, hash) {
      hand.noteOwn(hash)
      output.onDeposit(DEPOSIT, block)
    },
    onFailure,
  })
  await deposits.openLedger()
  for (const { address, serviceType } of providers) {
    // The output shows the sub-account from the start, before it exists.
    broker.subAccount(address, serviceType)
    // These providers are the demo's own, and charge in minutes what others charge in days.
    managerOf(broker, serviceType).startAutoFunding(address, { firstDay: 'off' })
  }
  const ending = planEnding({
    seconds,
    signal,
    stopCharging: charging.stop,
    onBegin: (cause) => output.onEnding(beginWords(cause, charging.open())),
  })
  void environment.failure.then(onFailure)
  output.onStart(nameOf)
  let levels: Levels = { required: 0n, target: 0n }
  let excused: ReadonlySet<string> = new Set()
  await follow(broker, ending.over, {
    position(position, plan) {
      // Auto-funding runs with its default levels: they are the same for all.
      levels = plan.decisions[0] ?? levels
      const view = viewOf(broker, plan)
      hand.note(statusesOf(broker))
      excused = new Set(view.accounts.filter(isHeldByPerson).map(keyOf))
      output.onPosition(view, charges, ending.hasBegun() ? waitWords(unfinishedIn(view), nameOf) : null)
      charging.onPosition(view)
      deposits.onPosition(position)
      ending.onPosition(view)
    },
  })
  const ran = ending.close()
  const outcome = await outcomeOf(environment, { charges, levels, excused, hand, deposits: await deposits.close() })
  return { ...outcome, seconds: ran }
}
