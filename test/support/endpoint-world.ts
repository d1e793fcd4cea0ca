import { parseEther as og, Wallet, type Provider } from 'ethers'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import { inMs } from '../../src/base/durations.ts'
import { openBroker } from '../../src/broker.ts'
import { connectChain } from '../../src/chain/connect.ts'
import {
  memoryJournal,
  type Broker,
  type BrokerOptions,
  type Endpoint,
  type EndpointHold,
  type EndpointOptions,
} from '../../src/index.ts'
import { startHttpProvider, type HttpProvider, type HttpProviderOptions } from '../../src/local/http-provider.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import { testWallet } from '../../src/local/wallets.ts'
import type { LocalChain } from './chain.ts'

export const FEE = og('0.25')

export type EndpointWorldOptions = {
  /** What the ledger has in all, in OG; none for a wallet without a ledger. 20 by default. */
  ledger?: string | null
  /** What of it the sub-account gets, in OG; none for no sub-account. 1.2 by default, a little too little. */
  sub?: string | null
  provider?: HttpProviderOptions
  broker?: Partial<Pick<BrokerOptions, 'journal' | 'budget' | 'intervalMs'>>
  /** What the broker reads and sends through; the chain itself by default. */
  node?: Provider
  endpoint?: EndpointOptions
}

/** A user with an endpoint of a real local provider. */
export type EndpointWorld = {
  user: Wallet
  provider: HttpProvider
  broker: Broker
  endpoint: Endpoint
  holds: EndpointHold[]
  logged: string[]
  /** Pauses of the broker that a test would have to wait for, in milliseconds: the clock passes them at once. */
  pauses: number[]
  /** How far both clocks are set forward, whether a pause passes, and whether other timers end a hundred times earlier. */
  clock: { nowMs: number; passes: boolean; hurries: boolean }
  fund(amount: string): Promise<unknown>
  /** Sends one question. */
  ask(init?: RequestInit): Promise<Response>
  /** What is available in the sub-account; null without one. */
  available(): Promise<bigint | null>
  /** Amounts of the broker's own transfers, in order. */
  sent(): bigint[]
  [Symbol.asyncDispose](): Promise<void>
}

/** A pause of this length passes at once, and moves both clocks. */
export const FIRST_SIGHT_MS = 30_000

const question = { messages: [{ role: 'user', content: 'hello' }] }
export const BODY = JSON.stringify(question)

export async function endpointWorld(chain: LocalChain, options: EndpointWorldOptions = {}): Promise<EndpointWorld> {
  const { ledger = '20', sub = '1.2', node = chain.provider } = options
  const clock = { nowMs: 0, passes: true, hurries: false }
  const startMs = Date.now()
  const now = () => startMs + clock.nowMs
  // The first provider of the chain is registered already, without a URL.
  const wallet = testWallet(1, chain.provider)
  const provider = await startHttpProvider(chain.contracts, wallet, { fee: FEE, now, ...options.provider })
  const user = new Wallet(Wallet.createRandom().privateKey, chain.provider)
  await chain.provider.send('anvil_setBalance', [user.address, '0x3635c9adc5dea00000'])
  const send = (name: string, args: unknown[], value?: bigint) =>
    transact(user, [callOf(chain.contracts.ledger, name, args, value)])
  const fund = (amount: string) => send('transferFund', [provider.address, 'inference-v1.0', og(amount)])
  if (ledger !== null) await send('addLedger', [''], og(ledger))
  if (ledger !== null && sub !== null) await fund(sub)

  const [pauses, logged, holds] = [[] as number[], [] as string[], [] as EndpointHold[]]
  const own: Clock = {
    now: () => Date.now() + clock.nowMs,
    after(ms, callback, how) {
      if (ms !== FIRST_SIGHT_MS || how?.idle) return systemClock.after(clock.hurries ? ms / 100 : ms, callback, how)
      pauses.push(ms)
      if (!clock.passes) return () => undefined
      clock.nowMs += ms
      return systemClock.after(0, callback)
    },
  }
  const log = (_: object, message: string) => void logged.push(message)
  const broker = await openBroker(connectChain({ signer: user.connect(node) }, chain.network), {
    journal: memoryJournal(),
    logger: { debug: () => undefined, info: () => undefined, warn: log, error: log },
    clock: own,
    ...inMs(options.broker ?? {}),
  })
  const endpoint = await broker.inference.endpoint(provider.address, {
    onHold: (hold) => holds.push(hold),
    ...options.endpoint,
  })
  return {
    user,
    provider,
    broker,
    endpoint,
    holds,
    logged,
    pauses,
    clock,
    fund,
    ask: (init) => endpoint.fetch(`${endpoint.baseURL}/chat/completions`, { method: 'POST', body: BODY, ...init }),
    async available() {
      const { subAccounts } = await broker.position()
      return subAccounts[0]?.available ?? null
    },
    sent: () =>
      broker
        .transactions()
        .map((transaction) => transaction.getSnapshot().context)
        .filter(({ operation }) => operation === 'transferFund')
        .map(({ amount }) => BigInt(amount)),
    async [Symbol.asyncDispose]() {
      await broker.close()
      await provider.stop()
    },
  }
}
