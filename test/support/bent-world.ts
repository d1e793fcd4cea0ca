import { parseEther } from 'ethers'
import { openBroker } from '../../src/broker.ts'
import type { OpenOptions, SharedOptions } from '../../src/engine/open-options.ts'
import type { Broker, BrokerOptions } from '../../src/broker.types.ts'
import type { InMs } from '../../src/base/durations.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { Connected, Connection } from '../../src/chain/connect.ts'
import { memoryJournal } from '../../src/index.ts'
import { fakeAddress } from '../../src/testing/fakes.ts'
import type { SimulatedChainOptions } from '../../src/testing/chain-options.ts'
import { createSimulatedChain } from '../../src/testing/simulated-chain.ts'
import { createSimulatedTime } from '../../src/testing/simulated-time.ts'

const START = 1_767_225_600

export type Opening = Omit<InMs<BrokerOptions>, keyof Connection | 'network'> & {
  /** Connects another key, for deposits. */
  connectPayer?: NonNullable<OpenOptions['connectPayer']>
  /** The clock of the broker's machine, where it is not that of the world. */
  clock?: Clock
  /** What a fleet's broker does otherwise. */
  shared?: SharedOptions
  /** Wraps the connection between the broker and the chain, to change its answers. */
  bend?: (connected: Connected) => Connected
}

/** A simulated chain and the brokers of one wallet on it, one after the other; a test can change what a broker reads. */
export function bentWorld({
  funds = parseEther('1000'),
  ...options
}: SimulatedChainOptions & {
  /** The wallet's balance at the start, in wei. */
  funds?: bigint
} = {}) {
  const wallet = fakeAddress('wallet 0')
  const chain = createSimulatedChain({ startAt: START, ...options })
  const time = createSimulatedTime({
    startMs: START * 1_000,
    onPass(nowMs) {
      const due = Math.floor(nowMs / 1_000 - chain.head().timestamp)
      if (due > 0) chain.advance(due)
    },
  })
  const brokers: Broker[] = []
  chain.fund(wallet, funds)

  return {
    chain,
    wallet,
    clock: time.clock,
    /** The first provider's address. */
    provider: chain.providers[0]?.address ?? '',
    position: () => chain.position(wallet),
    async open({ journal = memoryJournal(), bend = same, ...rest }: Opening = {}): Promise<Broker> {
      const connected = bend(chain.connect(wallet, { pushesBlocks: false }))
      const broker = await openBroker(connected, { journal, clock: time.clock, gasMark: brokers.length, ...rest })
      brokers.push(broker)
      return broker
    },
    advance: (seconds: number) => time.passTo(time.clock.now() + seconds * 1_000),
    /** Lets time pass until this promise settles. */
    async until<T>(work: Promise<T>): Promise<T> {
      let settled = false
      void work.catch(() => undefined).finally(() => (settled = true))
      await time.settled()
      for (const end = time.clock.now() + 7_200_000; !settled;) {
        if (time.clock.now() >= end) throw new Error('This did not settle in time.')
        await time.passTo(Math.min(end, time.nextAt() ?? end))
      }
      return work
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(brokers.map((broker) => broker.close()))
    },
  }
}

const same = (connected: Connected): Connected => connected
