import { toWei } from '../base/amounts.ts'
import { openBroker } from '../broker.ts'
import type { Broker } from '../broker.types.ts'
import { inMs, toSeconds, type Duration } from '../base/durations.ts'
import { InvalidInputError } from '../base/errors.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import { isPromise, describeValue } from '../base/describe-value.ts'
import { memoryJournal } from '../transactions/memory-journal.ts'
import type { Journal } from '../transactions/journal.types.ts'
import { toSetup } from './broker-options.ts'
import { START } from './chain-options.ts'
import { nothingToCharge, type SimulatedProvider } from './charges.ts'
import { check, listNames } from './checks.ts'
import { fakeAddress } from './fakes.ts'
import { createProcessClock } from './process-clock.ts'
import { createSimulatedChain } from './simulated-chain.ts'
import { createSimulatedTime, type SimulatedTime } from './simulated-time.ts'
import { hostOf, type Host } from './simulated-wallets.ts'
import type { SimulatedBrokerOptions, Simulation, WhichWallet } from './simulation.types.ts'

/**
 * Runs real brokers on a chain in memory, for tests: a day passes in a fraction of a second, the same seed gives the same
 * history, and nothing touches network, files or timers.
 *
 * @example
 * await using sim = await createSimulatedBroker({ providers: 2, seed: 7 })
 * await sim.broker.ledger.addLedger('10')
 * sim.broker.inference.startAutoFunding(sim.provider.address)
 * await sim.advance('1m')
 * sim.spend(sim.provider, '1.5')
 * await sim.advance('1m')
 */
export async function createSimulatedBroker(options: SimulatedBrokerOptions = {}): Promise<Simulation> {
  const { wallets, funds, automine, pushesBlocks, broker: brokerOptions, deployment } = toSetup(options)
  const { startAt = START, blockTime = 1 } = deployment
  const chain = createSimulatedChain(deployment)
  const time = createSimulatedTime({ startMs: startAt * 1_000, onPass: mineUntil })
  const addresses = Array.from({ length: wallets }, (_, index) => fakeAddress(`wallet ${index}`))
  for (const wallet of addresses) chain.fund(wallet, funds)
  chain.makeFinal()
  let started = 0
  const hosts: Host[] = await Promise.all(
    addresses.map(async (wallet) => {
      const journal = memoryJournal()
      return { wallet, journal, ...(await start(wallet, journal)) }
    }),
  )
  chain.setAutomine(automine)
  let closed = false

  return {
    get broker() {
      return hostOf(hosts, 0).broker
    },
    get brokers() {
      return hosts.map(({ broker }) => broker)
    },
    wallets: hosts.map(({ wallet }) => wallet),
    get provider() {
      const [first] = chain.providers
      if (!first) throw new InvalidInputError('This simulation has no providers.')
      return first
    },
    providers: chain.providers,
    chain,
    now: time.clock.now,
    async advance(duration) {
      requireOpen()
      await time.passTo(startMs() + toSeconds(duration, 'duration') * 1_000)
    },
    async until(work, within = '30d') {
      check(isPromise(work), 'until waits for a promise.', { work: describeValue(work) })
      // A rejection is handled even where the next line throws.
      work.catch(() => undefined)
      requireOpen()
      return passUntil(time, work, within)
    },
    async mine(blocks) {
      requireOpen()
      chain.mine(blocks)
      await time.settled()
    },
    spend(provider, amount, which = 0) {
      requireOpen()
      const { wallet } = hostOf(hosts, which)
      const { address, serviceType } = toProvider(provider)
      const charged = chain.wouldSpend(address, wallet, amount, serviceType)
      if (charged === 0n)
        throw nothingToCharge({
          provider: address,
          amount: toWei(amount),
          position: chain.position(wallet),
          serviceType,
        })
      chain.spend(address, wallet, amount, serviceType)
      return charged
    },
    fail(kind, times) {
      requireOpen()
      chain.fail(kind, times)
    },
    failAtRandom(rates) {
      requireOpen()
      chain.failAtRandom(rates)
    },
    heal: chain.heal,
    restart,
    close,
    [Symbol.asyncDispose]: close,
  }

  /** Each automined block puts the chain a block time ahead: what is to last from now on begins there. */
  function startMs(): number {
    return Math.max(time.clock.now(), chain.head().timestamp * 1_000)
  }

  async function start(wallet: string, journal: Journal): Promise<Pick<Host, 'broker' | 'kill'>> {
    const { clock, kill } = createProcessClock(time.clock)
    const connected = chain.connect(wallet, { pushesBlocks })
    const broker = await openBroker(connected, {
      ...inMs(brokerOptions ?? {}),
      journal,
      clock,
      gasMark: started++,
      connectPayer: async (signer) => chain.connect(await signer.getAddress(), { pushesBlocks }),
    })
    return { broker, kill }
  }

  async function restart(which: WhichWallet = 0): Promise<Broker> {
    requireOpen()
    const host = hostOf(hosts, which)
    await time.settled()
    host.kill()
    await host.broker.close()
    Object.assign(host, await start(host.wallet, host.journal))
    // close() may have run during the restart.
    if (closed) await host.broker.close()
    requireOpen()
    return host.broker
  }

  async function close(): Promise<void> {
    closed = true
    await Promise.all(hosts.map(({ broker }) => broker.close()))
  }

  function requireOpen(): void {
    check(!closed, 'This simulation is closed.', { do: 'create another one; the chain of this one can still be read' })
  }

  function toProvider(
    provider: string | SimulatedProvider | undefined,
  ): Partial<SimulatedProvider> & { address: string } {
    if (typeof provider === 'string') return { address: provider }
    check(typeof provider?.address === 'string', 'A provider is an address, or an entry of sim.providers.', {
      provider: describeValue(provider),
      providers: listNames(chain.providers.map(({ address }) => address)),
    })
    return provider
  }

  /** Mines the blocks that are due. Blocks of mine() came early, so time catches up with them first. */
  function mineUntil(nowMs: number): void {
    const due = Math.floor((nowMs / 1_000 - chain.head().timestamp) / blockTime)
    if (due > 0) chain.advance(due * blockTime)
  }
}

/** Lets time pass until a promise settles. @throws OgLedgerError when it does not settle within the duration */
async function passUntil<T>(time: SimulatedTime, work: Promise<T>, within: Duration): Promise<T> {
  let isSettled = false
  void work.then(settle, settle)
  const seconds = toSeconds(within, 'within')
  await time.settled()
  for (const end = time.clock.now() + seconds * 1_000; !isSettled;) {
    if (time.clock.now() >= end) throw notSettled(within)
    await time.passTo(Math.min(end, time.nextAt() ?? end))
  }
  return work

  function settle(): void {
    isSettled = true
  }
}

function notSettled(within: string): OgLedgerError {
  return new OgLedgerError('This did not settle in time.', {
    within,
    do: 'give it longer, or await it without until: a promise that waits for real timers or I/O does not settle in simulated time',
  })
}
