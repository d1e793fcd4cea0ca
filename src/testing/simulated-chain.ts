import type { Block, Position, ServiceType } from '../../machines/position.types.ts'
import { toWei, type Amount } from '../base/amounts.ts'
import { toAddress } from '../chain/address.ts'
import type { Connected } from '../chain/connect.ts'
import { DEFAULT_MIN_LOCKED_BALANCE, type NetworkConfig } from '../chain/networks.ts'
import { describeValue } from '../base/describe-value.ts'
import { checkLockTime, toDeployment, type SimulatedChainOptions } from './chain-options.ts'
import { charging, contractOf, register, takenIn, together, type SimulatedProvider } from './charges.ts'
import { check, checkBoolean, checkNames, checkService, checkWhole, listed } from './checks.ts'
import { fakeAddress } from './fakes.ts'
import type { FaultKind, FaultOptions, FaultRates } from './faults.ts'
import { createNode } from './node.ts'
import type { Act } from './pool.ts'
import { seeded } from './random.ts'
import { connectSimulated, type ConnectionOptions } from './simulated-connection.ts'

export type SimulatedChain = ReturnType<typeof createSimulatedChain>

const CHAIN_ID = 31337
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
  const { seed, blockTime, startAt, providers, ...demands } = toDeployment(options)
  const random = seeded(seed)
  const node = createNode({
    contracts: { addresses, owner: OWNER, registeredAt: startAt, ...demands },
    first: { number: 0, timestamp: startAt },
    blockTime,
    random,
  })
  const { contracts, blocks, faults, pool } = node
  const network: NetworkConfig = { chainId: CHAIN_ID, ...addresses, minLockedBalance: DEFAULT_MIN_LOCKED_BALANCE }
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
    connect(wallet: string, how: ConnectionOptions = {}): Connected {
      checkNames('a simulated connection', how, { readOnly: true, pushesBlocks: true })
      return connectSimulated(node, addressOf(wallet), network, how)
    },
    head: (): Block => blocks.head(),
    /** A wallet's position in the latest block, whatever the faults. */
    position: (wallet: string): Position => contracts.positionOf(addressOf(wallet), blocks.head()),
    /** Calls back for each new latest block. */
    onBlock: node.onBlock,
    /** Calls back for everything that the contracts tell, in its order. */
    onEvent: node.onEvent,

    /** Blocks, now. What waits is in the first of them. */
    mine(count = 1): void {
      checkWhole('count', count, { least: 0 })
      node.mine(count)
    },
    /** Lets so many seconds pass, with a block every block time. */
    advance(seconds: number): void {
      check(Number.isFinite(seconds) && seconds >= 0, 'seconds is a number from 0 up.', {
        seconds: describeValue(seconds),
      })
      since += seconds
      const count = Math.floor(since / blockTime)
      since -= count * blockTime
      node.pass(count)
    },
    /** Whether each transaction gets a block at once. It does by default; off, it waits for mine() or advance(). */
    setAutomine(on: boolean): void {
      checkBoolean('on', on)
      node.setAutomine(on)
    },
    /** What a block asks for a unit of gas, in wei; 1 gwei by default. Who offers less waits. */
    setBaseFee(wei: bigint): void {
      check(typeof wei === 'bigint' && wei >= 0n, 'A base fee is a bigint, in wei, from 0n up.', {
        wei: describeValue(wei),
      })
      node.setBaseFee(wei)
    },

    /** Gives a wallet money. */
    fund(wallet: string, amount: Amount): void {
      const address = addressOf(wallet)
      const wei = toWei(amount)
      act(() => {
        contracts.mint(address, wei)
        return []
      })
    },
    /**
     * A provider charges a wallet. Where the sub-account holds less than an inference fee all of it is taken; a fine-tuning
     * fee is all or nothing; where there is nothing to take, nothing happens.
     */
    spend(provider: string, wallet: string, amount: Amount, serviceType?: ServiceType): void {
      const calls = chargeOf(provider, wallet, amount, serviceType)
      settlements += 1n
      act(({ timestamp }) => together(contracts, timestamp, calls))
    },
    /** What such a charge would take in the next block as things stand, in wei. Nothing is charged. */
    wouldSpend(provider: string, wallet: string, amount: Amount, serviceType?: ServiceType): bigint {
      const calls = chargeOf(provider, wallet, amount, serviceType)
      return takenIn(node.foresee(({ timestamp }) => together(contracts, timestamp, calls)))
    },
    /**
     * The contracts' owner changes for how many seconds refunds are locked, those that wait already included: from 3600
     * to 604800.
     */
    setLockTime(seconds: number, serviceType: ServiceType = 'inference'): void {
      checkLockTime(seconds)
      checkService(serviceType)
      const call = { contract: contractOf(serviceType), method: 'updateLockTime', args: [BigInt(seconds)] } as const
      act(({ timestamp }) => together(contracts, timestamp, [{ from: OWNER, call }]))
    },

    /** The next so many questions or transactions go wrong, one by default, after those that were asked for before. */
    fail: (kind: FaultKind, how?: number | FaultOptions): void => faults.next(kind, how),
    /** Questions and transactions go wrong with some probability, drawn from the seed. */
    failAtRandom: (rates: FaultRates): void => faults.atRandom(rates),
    /** No more faults. */
    heal: (): void => faults.heal(),
    /** The node forgets the transactions that wait. */
    dropTransactions: (): void => pool.dropTransactions(),
    /**
     * The last blocks are replaced by empty ones. What was in them waits again, unless it is to be forgotten. What is
     * final stays, however deep it goes: the providers, what makeFinal() made so, and all but the last 256 blocks in which
     * anything happened.
     */
    reorganise(depth: number, how: { forget?: boolean } = {}): void {
      checkWhole('depth', depth, { least: 0 })
      checkNames('a reorganisation', how, { forget: true })
      node.reorganise(depth, how)
    },
    /** No reorganisation takes back what has happened so far. */
    makeFinal: blocks.makeFinal,
  }

  function addressOf(value: string): string {
    const address = spelled.get(value) ?? toAddress(value)
    spelled.set(value, address)
    return address
  }

  function providerOf(provider: string, serviceType?: ServiceType): SimulatedProvider {
    const address = addressOf(provider)
    if (serviceType !== undefined) checkService(serviceType)
    const found = providers.find((one) => one.address === address && (!serviceType || one.serviceType === serviceType))
    check(found !== undefined, 'Nobody offers a service under this address.', {
      provider: address,
      ...(serviceType && { serviceType }),
      providers: listed(providers.map((one) => `${one.address} (${one.serviceType})`)),
    })
    return found
  }

  function chargeOf(provider: string, wallet: string, amount: Amount, serviceType?: ServiceType) {
    return charging(providerOf(provider, serviceType), addressOf(wallet), toWei(amount), settlements + 1n)
  }

  function act(run: Act['run']): void {
    acts += 1
    node.act({ kind: 'act', hash: `act ${acts}`, run })
  }
}
