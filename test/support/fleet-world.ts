import { parseEther } from 'ethers'
import { openFleet, type OpenFleetOptions } from '../../src/fleet/open-fleet.ts'
import type { Fleet } from '../../src/fleet/index.ts'
import type { Connected } from '../../src/chain/connect.ts'
import { memoryJournal, type Broker } from '../../src/index.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { SimulatedChainOptions } from '../../src/testing/chain-options.ts'
import { fakeAddress } from '../../src/testing/fakes.ts'
import { createProcessClock } from '../../src/testing/process-clock.ts'
import { createSimulatedChain } from '../../src/testing/simulated-chain.ts'
import { createSimulatedTime } from '../../src/testing/simulated-time.ts'

const START = 1_767_225_600

/** A policy that keeps a provider funded. */
export const fundedPolicy = (provider: string) => ({
  autoFunding: [{ provider, config: { unsettledFee: false as const } }],
})

export type FleetOpening = Partial<OpenFleetOptions> & {
  clock?: Clock
  /** Wraps the connection of a wallet. @throws where its key is to be a bad one */
  bend?: (connected: Connected) => Connected | Promise<Connected>
}

/** A simulated chain with many wallets, and fleets on it. Each process of a fleet has a clock of its own that can be killed. */
export function fleetWorld({ wallets: count, ...options }: SimulatedChainOptions & { wallets: number }) {
  const wallets = Array.from({ length: count }, (_, at) => fakeAddress(`wallet ${at}`))
  const chain = createSimulatedChain({ startAt: START, ...options })
  const time = createSimulatedTime({
    startMs: START * 1_000,
    onPass(nowMs) {
      const due = Math.floor(nowMs / 1_000 - chain.head().timestamp)
      if (due > 0) chain.advance(due)
    },
  })
  for (const wallet of wallets) chain.fund(wallet, parseEther('1000'))
  const provider = chain.providers[0]?.address ?? ''
  const fleets: Fleet[] = []

  return {
    chain,
    wallets,
    clock: time.clock,
    now: time.clock.now,
    provider,
    processClock: () => createProcessClock(time.clock),
    async open({ clock = time.clock, bend = (one) => one, ...more }: FleetOpening = {}): Promise<Fleet> {
      const fleet = await openFleet(
        {
          network: chain.network,
          chainId: BigInt(chain.network.chainId),
          genesis: undefined,
          clock,
          connect: async (wallet) => bend(chain.connect(wallet, { pushesBlocks: false })),
        },
        { wallets, ...(!more.leases && { journalFor: () => memoryJournal() }), ...more },
      )
      fleets.push(fleet)
      return fleet
    },
    /** Opens the ledger and a sub-account with 3 OG for each wallet. */
    async supply(brokers: readonly Broker[]): Promise<void> {
      for (const { ledger } of brokers) {
        await ledger.addLedger('20')
        await ledger.transferFund(provider, 'inference', '3')
      }
    },
    /** What the provider may charge of a wallet. */
    availableOf: (wallet: string) => chain.position(wallet).subAccounts[0]?.available,
    advance: (seconds: number) => time.passTo(time.clock.now() + seconds * 1_000),
    settled: time.settled,
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(fleets.map((fleet) => fleet.close()))
    },
  }
}
