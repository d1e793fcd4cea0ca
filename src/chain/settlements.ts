import { zeroPadValue, type Provider } from 'ethers'
import type { Block, ServiceType, Settlements } from '../../machines/position.types.ts'
import { ReadError } from '../errors.ts'
import { within } from '../within.ts'
import { settlementAbi } from './abi.ts'
import { toAddress } from './address.ts'
import { asked } from './batch.ts'
import { ANSWER_TIMEOUT_MS, type Log, type LogFilter, type Rpc } from './rpc.ts'
import type { Addresses } from './rules.ts'

/** Nodes refuse ranges of very different lengths: the whole is asked first, then a quarter of what was refused. */
const LONGEST_RANGE = 50_000
const SHORTEST_RANGE = 100
const MOST_QUESTIONS = 8

export type SettlementsOptions = {
  provider: Provider
  rpc: Rpc
  addresses: Addresses
  wallet: string
  blockTimeMs: () => number
}

/** Reads from the logs what providers were paid. */
export function createSettlements({ provider, rpc, addresses, wallet, blockTimeMs }: SettlementsOptions) {
  const services = new Map<string, ServiceType>([[addresses.inference, 'inference']])
  if (addresses.fineTuning) services.set(addresses.fineTuning, 'fine-tuning')
  const filter = {
    address: [addresses.ledger, ...services.keys()],
    topics: [[topicOf('FundSpent'), topicOf('BalanceUpdated')], [zeroPadValue(wallet, 32)]],
  }

  return async function readSettlements(until: Block, seconds: number): Promise<Settlements> {
    const blocks = Math.min(Math.ceil((1_000 * seconds) / blockTimeMs()), LONGEST_RANGE, until.number)
    const { logs, from } = await asked(() =>
      backwards({ ...filter, fromBlock: until.number - blocks + 1 }, until.number),
    )
    const first = await asked(() => within(ANSWER_TIMEOUT_MS, () => provider.getBlock(from)))
    if (!first) throw new ReadError('The node has no block as old as its logs.', { block: String(from) })
    const timeOf = between(first, until)
    const settled = logs.flatMap((log, index) => {
      const charge = chargeIn(log)
      const serviceType = charge && services.get(charge.service)
      const provider = charge && chargedBy(logs, index, charge.service)
      if (!serviceType || !provider || charge.amount === 0n) return []
      return [{ provider, serviceType, amount: charge.amount, at: log.timestamp ?? timeOf(log.blockNumber) }]
    })
    return { since: first.timestamp, until: until.timestamp, settled }
  }

  /** The newest first, for as long as the node answers. */
  async function backwards(filter: Omit<LogFilter, 'toBlock'>, last: number): Promise<{ logs: Log[]; from: number }> {
    let logs: Log[] = []
    let toBlock = last
    let size = last - filter.fromBlock + 1
    for (let asked = 0; asked < MOST_QUESTIONS && toBlock >= filter.fromBlock; asked += 1) {
      const fromBlock = Math.max(filter.fromBlock, toBlock - size + 1)
      try {
        logs = [...(await within(ANSWER_TIMEOUT_MS, () => rpc.logs({ ...filter, fromBlock, toBlock }))), ...logs]
        toBlock = fromBlock - 1
      } catch (error) {
        size = Math.ceil(size / 4)
        if (size >= SHORTEST_RANGE) continue
        if (toBlock === last) throw error
        break
      }
    }
    return { logs, from: toBlock + 1 }
  }
}

/** What a log of LedgerManager says that a service took. */
function chargeIn({ topics, data }: Log) {
  if (topics[0] !== topicOf('FundSpent')) return null
  const { service, amount } = settlementAbi.decodeEventLog('FundSpent', data, topics)
  return { service: String(service), amount: BigInt(amount as bigint) }
}

/** The service itself says next, in the same transaction, whose account it was. */
function chargedBy(logs: readonly Log[], index: number, service: string): string | null {
  const { transactionHash } = logs[index] ?? {}
  const next = logs
    .slice(index + 1)
    .find((log) => log.transactionHash === transactionHash && log.topics[0] === topicOf('BalanceUpdated'))
  if (!next || toAddress(next.address) !== service) return null
  const { provider } = settlementAbi.decodeEventLog('BalanceUpdated', next.data, next.topics)
  return String(provider)
}

/** Where a node's logs do not say when: blocks come evenly enough. */
function between(first: Block, last: Block): (blockNumber: number) => number {
  const pace = (last.timestamp - first.timestamp) / Math.max(1, last.number - first.number)
  return (blockNumber) => Math.round(first.timestamp + (blockNumber - first.number) * pace)
}

function topicOf(name: 'FundSpent' | 'BalanceUpdated'): string {
  return settlementAbi.getEvent(name)?.topicHash ?? ''
}
