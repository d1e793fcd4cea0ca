import type { Connected } from '../chain/connect.ts'
import type { NetworkConfig } from '../chain/networks.ts'
import { fakeHash, fakeSignature } from './fakes.ts'
import type { Node } from './node.ts'
import { createSimulatedPort } from './simulated-port.ts'
import { fineTuningServicesOf, inferenceServicesOf, ledgersOf, rulesOf, serviceOf, tokenOf } from './simulated-reads.ts'

export type ConnectionOptions = {
  /** Connects without a signer. */
  readOnly?: boolean
  /** Announces new blocks, as a socket does; true by default. */
  pushesBlocks?: boolean
}

/** Connects one wallet to a simulated node: the counterpart of connectChain(). */
export function connectSimulated(
  node: Node,
  wallet: string,
  network: NetworkConfig,
  { readOnly = false, pushesBlocks = true }: ConnectionOptions = {},
): Connected {
  const { blocks, contracts, faults, log } = node
  return {
    chainId: BigInt(network.chainId),
    network,
    head: node.head().number,
    genesis: fakeHash('genesis'),
    wallet,
    rules: rulesOf(contracts),
    async readPosition() {
      node.answer()
      const at = Math.max(0, node.head().number - (faults.take('stale') ?? 0))
      return blocks.at(at, (block) => contracts.positionOf(wallet, block))
    },
    async listLedgers(offset, limit) {
      node.answer()
      return ledgersOf(contracts, offset, limit)
    },
    async readSettlements(until, seconds) {
      node.answer()
      const from = Math.max(1, log.first(), until.number - Math.ceil(seconds / node.blockTime) + 1)
      const since = until.timestamp - (until.number - from) * node.blockTime
      return { since, sinceBlock: from, until: until.timestamp, ...log.settlements(wallet, from, until.number) }
    },
    async timestampOf(blockNumber) {
      node.answer()
      return blockNumber > node.head().number ? null : blocks.at(blockNumber, ({ timestamp }) => timestamp)
    },
    async fees() {
      node.answer()
      return node.fees()
    },
    blockTimeMs: () => node.blockTime * 1_000,
    onBlock: pushesBlocks ? node.onBlock : null,
    socket: null,
    async readRules() {
      node.answer()
      return rulesOf(contracts)
    },
    async readService(provider) {
      node.answer()
      return serviceOf(contracts, wallet, provider)
    },
    async readToken(provider, tokenId, blockNumber) {
      node.answer()
      return blocks.at(blockNumber, () => tokenOf(contracts, { wallet, provider, tokenId }))
    },
    nonces: () => Promise.resolve(createSimulatedPort(node, wallet)),
    market: {
      async inference(page) {
        node.answer()
        return inferenceServicesOf(contracts, page)
      },
      async fineTuning(page) {
        node.answer()
        return fineTuningServicesOf(contracts, page)
      },
    },
    signMessage: readOnly ? null : (message) => Promise.resolve(fakeSignature(`${wallet} ${message}`)),
    transactions: readOnly ? null : createSimulatedPort(node, wallet),
  }
}
