import type { ServiceType } from '../../machines/position.types.ts'
import { toWei, type Amount } from '../base/amounts.ts'
import { toAddress } from '../chain/address.ts'
import { DEFAULT_MIN_LOCKED_BALANCE, type NetworkConfig } from '../chain/networks.ts'
import { describeValue } from '../base/describe-value.ts'
import { checkLockTime, toDeployment, type SimulatedChainOptions } from './chain-options.ts'
import { amountCharged, chargeCalls, contractOf, executeAll, register } from './charges.ts'
import { check, checkBoolean, checkNames, checkService, checkWhole } from './checks.ts'
import { fakeAddress } from './fakes.ts'
import { createNode, type Node } from './node.ts'
import type { Act } from './pool.ts'
import { seeded } from './random.ts'
import type { SimulatedChain } from './simulated-chain.types.ts'
import { findProvider, marketOf, OWNER, type MarketOptions } from './simulated-market.ts'
import { connectSimulated } from './simulated-connection.ts'

export type { SimulatedChain } from './simulated-chain.types.ts'

const CHAIN_ID = 31337
const addresses = {
  ledger: fakeAddress('LedgerManager'),
  inference: fakeAddress('InferenceServing'),
  fineTuning: fakeAddress('FineTuningServing'),
}

/**
 * Creates the contracts of 0G Compute and a node, in memory: thousands of histories take the time of one real block. The same
 * seed gives the same history.
 *
 * @example
 * const chain = createSimulatedChain({ inference: 2 })
 * show(chain.providers)
 */
export function createSimulatedChain(options: SimulatedChainOptions = {}): SimulatedChain {
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
  for (const provider of providers)
    register(contracts, provider, { timestamp: startAt, gasPrice: node.gasPrice(), owner: OWNER })
  const addressOf = createAddressCache()
  const present = [...providers]

  return {
    network,
    get providers() {
      return [...present]
    },
    random,
    contracts,
    connect(wallet, how = {}) {
      checkNames('a simulated connection', how, { readOnly: true, pushesBlocks: true })
      return connectSimulated(node, addressOf(wallet), network, how)
    },
    head: () => blocks.head(),
    position: (wallet) => contracts.positionOf(addressOf(wallet), blocks.head()),
    onBlock: node.onBlock,
    onEvent: node.onEvent,
    ...timeOf(node),
    ...actsOn(node, { addressOf, providers: present }),
    ...marketOf(node, { addressOf, providers: present }),
    fail: (kind, how) => faults.next(kind, how),
    failAtRandom: (rates) => faults.atRandom(rates),
    heal: () => faults.heal(),
    dropTransactions: () => pool.dropTransactions(),
    reorganise(depth, how = {}) {
      checkWhole('depth', depth, { least: 0 })
      checkNames('a reorganisation', how, { forget: true })
      node.reorganise(depth, how)
    },
    makeFinal: blocks.makeFinal,
  }
}

/** Blocks and their fees. */
function timeOf(node: Node): Pick<SimulatedChain, 'mine' | 'advance' | 'setAutomine' | 'setBaseFee'> {
  /** Seconds that have passed since the last block. */
  let since = 0
  return {
    mine(count = 1) {
      checkWhole('count', count, { least: 0 })
      node.mine(count)
    },
    advance(seconds) {
      check(Number.isFinite(seconds) && seconds >= 0, 'seconds is a number from 0 up.', {
        seconds: describeValue(seconds),
      })
      since += seconds
      const count = Math.floor(since / node.blockTime)
      since -= count * node.blockTime
      node.pass(count)
    },
    setAutomine(on) {
      checkBoolean('on', on)
      node.setAutomine(on)
    },
    setBaseFee(wei) {
      check(typeof wei === 'bigint' && wei >= 0n, 'A base fee is a bigint, in wei, from 0n up.', {
        wei: describeValue(wei),
      })
      node.setBaseFee(wei)
    },
  }
}

type Acts = 'fund' | 'spend' | 'wouldSpend' | 'setLockTime'

/** The acts of accounts without a broker: a faucet, the providers and the owner of the contracts. */
function actsOn(node: Node, { addressOf, providers }: MarketOptions): Pick<SimulatedChain, Acts> {
  const { contracts } = node
  let charges = 0n

  return {
    fund(wallet, amount) {
      const address = addressOf(wallet)
      const wei = toWei(amount)
      node.perform(() => {
        contracts.mint(address, wei)
        return []
      })
    },
    spend(provider, wallet, amount, serviceType) {
      const charge = chargeOf(provider, wallet, amount, serviceType)
      charges += 1n
      node.perform(charge)
    },
    wouldSpend(provider, wallet, amount, serviceType) {
      return amountCharged(node.preview(chargeOf(provider, wallet, amount, serviceType)))
    },
    setLockTime(seconds, serviceType = 'inference') {
      checkLockTime(seconds)
      checkService(serviceType)
      const call = { contract: contractOf(serviceType), method: 'updateLockTime', args: [BigInt(seconds)] } as const
      node.perform(({ timestamp }) => executeAll(contracts, [{ from: OWNER, call }], { timestamp, gasPrice: 0n }))
    },
  }

  function chargeOf(provider: string, wallet: string, amount: Amount, serviceType?: ServiceType): Act['run'] {
    const found = findProvider(providers, addressOf(provider), serviceType)
    const calls = chargeCalls(found, addressOf(wallet), toWei(amount), charges + 1n)
    return ({ timestamp }) =>
      executeAll(contracts, calls, { timestamp, gasPrice: node.gasPrice(), payer: found.address })
  }
}

/** Converts addresses to checksummed spelling. A checksum is a hash, and the same few addresses come again and again. */
function createAddressCache(): (value: string) => string {
  const cache = new Map<string, string>()
  return (value) => {
    const address = cache.get(value) ?? toAddress(value)
    cache.set(value, address)
    return address
  }
}
