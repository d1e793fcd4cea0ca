import type { Block, Position, ServiceType } from '../../machines/position.types.ts'
import { toAddress } from '../chain/address.ts'
import type { Connected } from '../chain/connect.ts'
import { DEFAULT_MIN_LOCKED_BALANCE, type NetworkConfig } from '../chain/networks.ts'
import { InvalidInputError } from '../errors.ts'
import { charging, contractOf, register, together, type SimulatedProvider } from './charges.ts'
import { fakeAddress } from './fakes.ts'
import type { FaultKind, FaultOptions, FaultRates } from './faults.ts'
import { createNode } from './node.ts'
import type { Act } from './pool.ts'
import { seeded } from './random.ts'
import { connectSimulated, type ConnectionOptions } from './simulated-connection.ts'

export type SimulatedChainOptions = {
  /** Of everything that happens at random; 1 by default. */
  seed?: number
  /** Seconds between blocks; 1 by default. */
  blockTime?: number
  /** Time of the first block, in seconds; the start of 2026 by default. */
  startAt?: number
  /** Seconds that a refund is locked; an hour by default. */
  lockTime?: number
  /** In wei; 3 OG by default. */
  minLedgerBalance?: bigint
  /** In wei; 1 OG by default. */
  minTransfer?: bigint
  /** Who offers services; addresses, or how many. One of inference by default. */
  inference?: number | readonly string[]
  fineTuning?: number | readonly string[]
}

export type SimulatedChain = ReturnType<typeof createSimulatedChain>

const CHAIN_ID = 31337
const START = 1_767_225_600
const addresses = {
  ledger: fakeAddress('LedgerManager'),
  inference: fakeAddress('InferenceServing'),
  fineTuning: fakeAddress('FineTuningServing'),
}
const OWNER = fakeAddress('owner')

/**
 * The contracts of 0G Compute and a node to reach them, in memory: thousands of histories in the time of one real block.
 * Time passes when it is told to, and everything is the same for the same seed.
 */
export function createSimulatedChain(options: SimulatedChainOptions = {}) {
  const { seed = 1, blockTime = 1, startAt = START, inference = 1, fineTuning = 0, ...demands } = options
  if (!(Number.isInteger(blockTime) && blockTime > 0))
    throw new InvalidInputError('A block time is a whole number of seconds.', { blockTime: String(blockTime) })
  const random = seeded(seed)
  const node = createNode({
    contracts: { addresses, owner: OWNER, registeredAt: startAt, ...demands },
    first: { number: 0, timestamp: startAt },
    blockTime,
    random,
  })
  const { contracts, blocks, faults, pool } = node
  const network: NetworkConfig = { chainId: CHAIN_ID, ...addresses, minLockedBalance: DEFAULT_MIN_LOCKED_BALANCE }
  const providers = [...offered('inference', inference), ...offered('fine-tuning', fineTuning)]
  for (const provider of providers) register(contracts, OWNER, provider, startAt)
  let settlements = 0n
  let acts = 0
  /** A checksum is a hash, and the same few addresses come again and again. */
  const spelled = new Map<string, string>()
  /** Seconds that have passed since the last block. */
  let since = 0

  return {
    network,
    providers: providers as readonly SimulatedProvider[],
    /** Numbers from the seed, for whoever drives the chain. */
    random,
    contracts,
    /** The chain as a broker of this wallet sees it. */
    connect: (wallet: string, how?: ConnectionOptions): Connected =>
      connectSimulated(node, addressOf(wallet), network, how),
    head: (): Block => blocks.head(),
    /** A wallet's position in the latest block, whatever the faults. */
    position: (wallet: string): Position => contracts.positionOf(addressOf(wallet), blocks.head()),
    /** Calls back for each new latest block. */
    onBlock: node.onBlock,
    /** Calls back for everything that the contracts tell, in its order. */
    onEvent: node.onEvent,

    /** Blocks, now. What waits is in the first of them. */
    mine: (count = 1): void => node.mine(count),
    /** Lets so many seconds pass, with a block every block time. */
    advance(seconds: number): void {
      since += seconds
      const count = Math.floor(since / blockTime)
      since -= count * blockTime
      node.pass(count)
    },
    /** Whether each transaction gets a block at once. It does by default; off, it waits for mine() or advance(). */
    setAutomine: node.setAutomine,
    /** What a block asks for a unit of gas, in wei; 1 gwei by default. Who offers less waits. */
    setBaseFee: node.setBaseFee,

    /** Gives a wallet money, in wei. */
    fund(wallet: string, amount: bigint): void {
      const address = addressOf(wallet)
      act(() => {
        contracts.mint(address, amount)
        return []
      })
    },
    /**
     * A provider charges a wallet, in wei. Where the sub-account holds less than an inference fee all of it is taken; a
     * fine-tuning fee is all or nothing.
     */
    spend(provider: string, wallet: string, amount: bigint, serviceType?: ServiceType): void {
      const who = providerOf(provider, serviceType)
      const calls = charging(who, addressOf(wallet), amount, (settlements += 1n))
      act(({ timestamp }) => together(contracts, timestamp, calls))
    },
    /** The contracts' owner changes for how many seconds refunds are locked, those that wait already included. */
    setLockTime(seconds: number, serviceType: ServiceType = 'inference'): void {
      const call = { contract: contractOf(serviceType), method: 'updateLockTime', args: [BigInt(seconds)] } as const
      act(({ timestamp }) => together(contracts, timestamp, [{ from: OWNER, call }]))
    },

    /** The next so many questions or transactions go wrong. */
    fail: (kind: FaultKind, how?: FaultOptions): void => faults.next(kind, how),
    /** Questions and transactions go wrong with some probability, drawn from the seed. */
    failAtRandom: (rates: FaultRates): void => faults.atRandom(rates),
    /** No more faults. */
    heal: (): void => faults.heal(),
    /** The node forgets the transactions that wait. */
    dropTransactions: (): void => pool.dropTransactions(),
    /** The last blocks are replaced by empty ones. What was in them waits again, unless it is to be forgotten. */
    reorganise: node.reorganise,
  }

  function addressOf(value: string): string {
    const address = spelled.get(value) ?? toAddress(value)
    spelled.set(value, address)
    return address
  }

  function offered(serviceType: ServiceType, wanted: number | readonly string[]): SimulatedProvider[] {
    const all =
      typeof wanted === 'number'
        ? Array.from({ length: wanted }, (_, index) => fakeAddress(`${serviceType} ${index}`))
        : wanted
    return all.map((address) => ({ address: toAddress(address, 'provider'), serviceType, url: '' }))
  }

  function providerOf(provider: string, serviceType?: ServiceType): SimulatedProvider {
    const address = addressOf(provider)
    const found = providers.find((one) => one.address === address && (!serviceType || one.serviceType === serviceType))
    if (!found) throw new InvalidInputError('Nobody offers a service under this address.', { provider: address })
    return found
  }

  function act(run: Act['run']): void {
    acts += 1
    node.act({ kind: 'act', hash: `act ${acts}`, run })
  }
}
