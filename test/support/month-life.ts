import { memoryJournal, type Broker, type Duration } from '../../src/index.ts'
import { seeded } from '../../src/testing/random.ts'
import { createAttempts } from './attempts.ts'
import { bentWorld } from './bent-world.ts'
import { createMortalProcess } from './mortal-process.ts'
import { MONTH, scheduleOf, type OutageKind } from './month-schedule.ts'

/** Amounts in wei; null is no limit. Budgets are for seven days. */
export type MonthTerms = {
  seed: number
  /** Between two readings, in minutes. */
  interval: number
  /** Whether providers say what they have served and not settled. */
  feesAreKnown: boolean
  deposit: {
    levels: { trigger: bigint; target: bigint } | { runway: { trigger: Duration; target: Duration } }
    maxLedger: bigint | null
    maxDeposit: bigint | null
    budget: bigint | null
    cooldownMs: number
    gasReserve: bigint
  }
  /** Of each provider, in order. */
  funding: readonly {
    target: number
    priority: number
    maxTopUp: bigint | null
    budget: bigint | null
    ledgerReserve: bigint
    step: bigint | null
    anomaly: 'off' | null
  }[]
}

export type MonthConditions = MonthTerms & {
  /** What the wallet has at first, in wei. */
  funds: bigint
  /** With less available beside what it is owed, a provider refuses requests; in wei. */
  minLocked: bigint
  /** Called for each broker, before anything starts on it. */
  onOpen: (broker: Broker) => void
}

export type MonthLife = Awaited<ReturnType<typeof monthLife>>

/** A wallet with money, providers that serve and settle, a node with outages, and processes that are lost. */
export async function monthLife(conditions: MonthConditions) {
  const { seed, funds, interval, deposit, funding, feesAreKnown, minLocked, onOpen } = conditions
  const world = bentWorld({ funds, seed, inference: funding.length })
  const { chain, wallet, clock } = world
  const addresses = chain.providers.map(({ address }) => address)
  const schedule = scheduleOf(seed, addresses.length)
  const random = seeded(seed)
  const journal = memoryJournal()
  const attempts = createAttempts(world, journal)
  const used = addresses.map(() => 0n)
  const charged = addresses.map(() => 0n)
  const crashes = [...schedule.crashes]
  let minute = 0
  let outage: OutageKind | null = null
  let charging = 0
  /** The minute from which on the next process may start; null while one runs, or starts. */
  let startsAt: number | null = null
  let isStarting = false
  let process = newProcess()
  chain.onEvent(({ name, args }) => {
    if (name === 'FundSpent') charged[charging] = (charged[charging] ?? 0n) + (args['amount'] as bigint)
  })
  chain.setAutomine(false)
  await start()
  let position = world.position()

  return {
    journal,
    attempts,
    providers: addresses.length,
    isOver: () => minute >= MONTH,
    /** From now on the node answers again. */
    endOutage: () => setOutage(null),
    /** Lets a minute pass: node and process fall ill or recover, providers serve and settle. */
    async pass(): Promise<void> {
      minute += 1
      setOutage(schedule.outages.find(({ from, to }) => from <= minute && minute <= to)?.kind ?? null)
      if (crashes[0] && crashes[0].at <= minute && startsAt === null) process.doom(crashes[0].moment)
      for (const provider of addresses.keys()) serve(provider)
      // A slow node keeps the start waiting, and the process may be lost meanwhile.
      if (startsAt !== null && startsAt <= minute) void start()
      await world.advance(60)
      position = world.position()
    },
    /** At the end of the minute. Amounts in wei. */
    now: () => ({
      minute,
      outage: outage !== null,
      isDown: startsAt !== null || isStarting,
      position,
      accounts: addresses.map((address, at) => {
        const account = position.subAccounts.find(({ provider }) => provider === address)
        return {
          isOpen: account !== undefined,
          balance: account?.balance ?? 0n,
          available: account?.available ?? 0n,
          used: used[at] ?? 0n,
          charged: charged[at] ?? 0n,
        }
      }),
    }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }

  function newProcess() {
    return createMortalProcess({ clock, journal, travel, onDeath, onSigned: attempts.add })
  }

  function onDeath(): void {
    startsAt = minute + (crashes.shift()?.down ?? 0)
  }

  async function travel(): Promise<void> {
    if (outage === 'slow') await new Promise<void>((resolve) => void clock.after(random() * 20_000, resolve))
  }

  async function start(): Promise<void> {
    startsAt = null
    isStarting = true
    process = newProcess()
    const { journal: own, clock: ticking, bend } = process
    const broker = await world.open({ journal: own, clock: ticking, bend, intervalMs: interval * 60_000 })
    isStarting = false
    onOpen(broker)
    const { levels, budget, ...limits } = deposit
    broker.ledger.startAutoDeposit({ ...levels, ...set(limits), ...weekly(budget) })
    for (const [at, { budget: own, ...rest }] of funding.entries())
      broker.inference.startAutoFunding(addresses[at] ?? '', {
        ...set(rest),
        ...weekly(own),
        unsettledFee: feesAreKnown && (() => owedTo(at)),
      })
  }

  function setOutage(kind: OutageKind | null): void {
    if (kind === outage) return
    outage = kind
    chain.heal()
    if (kind === 'refuses') for (const fault of ['read', 'broadcast'] as const) chain.fail(fault, { times: Infinity })
    if (kind === 'stale') chain.failAtRandom({ stale: 0.6, 'stale-nonce': 0.5, late: 0.4, lost: 0.3, blocks: 6 })
  }

  function serve(provider: number): void {
    const address = addresses[provider] ?? ''
    const available = position.subAccounts.find((one) => one.provider === address)?.available ?? 0n
    const isServed = available - owedTo(provider) >= minLocked
    if (isServed) used[provider] = (used[provider] ?? 0n) + schedule.demand(provider, minute)
    const owed = owedTo(provider)
    if (!schedule.settles(provider, minute, owed)) return
    charging = provider
    chain.setAutomine(true)
    chain.spend(address, wallet, owed)
    chain.setAutomine(false)
  }

  function owedTo(provider: number): bigint {
    return (used[provider] ?? 0n) - (charged[provider] ?? 0n)
  }
}

const weekly = (amount: bigint | null) => (amount === null ? {} : { budget: { amount, per: '7d' } as const })

type Set<T> = { [K in keyof T]?: Exclude<T[K], null> }

/** What of these options is set. */
function set<T extends object>(options: T): Set<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as Set<T>
}
