import { toWei } from '../base/amounts.ts'
import { openBroker } from '../broker.ts'
import type { Broker } from '../broker.types.ts'
import { toSeconds } from '../base/durations.ts'
import { InvalidInputError, OgLedgerError } from '../base/errors.ts'
import { isPromise, describeValue } from '../base/describe-value.ts'
import { memoryJournal } from '../transactions/memory-journal.ts'
import { toSetUp } from './broker-options.ts'
import { START } from './chain-options.ts'
import { nothingTaken, type SimulatedProvider } from './charges.ts'
import { check, listed } from './checks.ts'
import { fakeAddress } from './fakes.ts'
import { createMortalClock } from './mortal-clock.ts'
import { createSimulatedChain } from './simulated-chain.ts'
import { createSimulatedTime } from './simulated-time.ts'
import type { SimulatedBrokerOptions, Simulation, WhichWallet } from './simulation.types.ts'

/**
 * Real brokers on a chain in memory, for tests: a day passes in a fraction of a second, the same seed gives the same history, and no
 * network, file or timer is touched.
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
  const { wallets, funds, automine, pushesBlocks, broker: brokerOptions, deployment } = toSetUp(options)
  const { startAt = START, blockTime = 1 } = deployment
  const chain = createSimulatedChain(deployment)
  const time = createSimulatedTime({ startMs: startAt * 1_000, onPass: mineUntil })
  const addresses = Array.from({ length: wallets }, (_, index) => fakeAddress(`wallet ${index}`))
  for (const wallet of addresses) chain.fund(wallet, funds)
  chain.makeFinal()
  const hosts = await Promise.all(
    addresses.map(async (wallet) => {
      const journal = memoryJournal()
      return { wallet, journal, ...(await start(wallet, journal)) }
    }),
  )
  chain.setAutomine(automine)
  let closed = false

  return {
    get broker() {
      return hostOf(0).broker
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
      await time.passTo(time.clock.now() + toSeconds(duration, 'duration') * 1_000)
    },
    async until(work, within = '30d') {
      check(isPromise(work), 'until waits for a promise.', { work: describeValue(work) })
      let settled = false
      void work.then(settle, settle)
      requireOpen()
      const seconds = toSeconds(within, 'within')
      await time.settled()
      for (const end = time.clock.now() + seconds * 1_000; !settled;) {
        if (time.clock.now() >= end) throw unsettled(within)
        await time.passTo(Math.min(end, time.nextAt() ?? end))
      }
      return work

      function settle(): void {
        settled = true
      }
    },
    async mine(blocks) {
      requireOpen()
      chain.mine(blocks)
      await time.settled()
    },
    spend(provider, amount, which = 0) {
      requireOpen()
      const { wallet } = hostOf(which)
      const { address, serviceType } = offerOf(provider)
      const taken = chain.wouldSpend(address, wallet, amount, serviceType)
      if (taken === 0n)
        throw nothingTaken({ provider: address, amount: toWei(amount), position: chain.position(wallet), serviceType })
      chain.spend(address, wallet, amount, serviceType)
      return taken
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
    async restart(which = 0) {
      requireOpen()
      const host = hostOf(which)
      await time.settled()
      host.die()
      await host.broker.close()
      Object.assign(host, await start(host.wallet, host.journal))
      // It may have been closed meanwhile.
      if (closed) await host.broker.close()
      requireOpen()
      return host.broker
    },
    close,
    [Symbol.asyncDispose]: close,
  }

  async function start(wallet: string, journal: ReturnType<typeof memoryJournal>) {
    const { clock, die } = createMortalClock(time.clock)
    const connected = chain.connect(wallet, { pushesBlocks })
    const broker: Broker = await openBroker(connected, { ...brokerOptions, journal, clock })
    return { broker, die }
  }

  async function close(): Promise<void> {
    closed = true
    await Promise.all(hosts.map(({ broker }) => broker.close()))
  }

  function requireOpen(): void {
    check(!closed, 'This simulation is closed.', { do: 'create another one; the chain of this one can still be read' })
  }

  function hostOf(which: WhichWallet) {
    const address = typeof which === 'string' ? which.toLowerCase() : null
    const found = hosts.find(({ wallet }, index) => wallet.toLowerCase() === address || index === which)
    if (!found)
      throw new InvalidInputError('The simulation has no such wallet.', {
        wallet: describeValue(which),
        wallets: listed(hosts.map(({ wallet }, index) => `${index} (${wallet})`)),
      })
    return found
  }

  function offerOf(provider: string | SimulatedProvider | undefined): Partial<SimulatedProvider> & { address: string } {
    if (typeof provider === 'string') return { address: provider }
    check(typeof provider?.address === 'string', 'A provider is an address, or one of those of the simulation.', {
      provider: describeValue(provider),
      providers: listed(chain.providers.map(({ address }) => address)),
    })
    return provider
  }

  /** Blocks that came at once were early: time catches up with them first. */
  function mineUntil(nowMs: number): void {
    const due = Math.floor((nowMs / 1_000 - chain.head().timestamp) / blockTime)
    if (due > 0) chain.advance(due * blockTime)
  }
}

function unsettled(within: string): OgLedgerError {
  return new OgLedgerError('This did not settle in time.', {
    within,
    do: 'give it longer, or await it without until: what waits for real timers or I/O does not settle in simulated time',
  })
}
