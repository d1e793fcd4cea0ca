import { zeroPadValue } from 'ethers'
import type { Block, ServiceType, Settlements } from '../../machines/position.types.ts'
import { ReadError } from '../base/errors.ts'
import { settlementsIn, type WalletEvent } from '../base/settlements-in.ts'
import { settlementAbi } from './settlements-abi.ts'
import { toAddress } from './address.ts'
import { query } from './batch.ts'
import type { Log, LogFilter, Rpc } from './rpc.types.ts'
import type { Addresses } from './rules.ts'

/** Nodes limit ranges differently: the search starts with the whole range and quarters a refused one. */
const LONGEST_RANGE = 50_000
const SHORTEST_RANGE = 100
const MOST_QUERIES = 8
const EVENTS = ['FundSpent', 'BalanceUpdated', 'RefundRequested'] as const

export type SettlementsOptions = {
  rpc: Rpc
  addresses: Addresses
  blockTimeMs: () => number
}

/** What providers charged a wallet in the seconds before a block, and what was paid in. */
export type ReadSettlements = (wallet: string, until: Block, seconds: number) => Promise<Settlements>

/** Reads settlements from the logs. */
export function createSettlements({ rpc, addresses, blockTimeMs }: SettlementsOptions): ReadSettlements {
  const services = new Map<string, ServiceType>([[addresses.inference, 'inference']])
  if (addresses.fineTuning) services.set(addresses.fineTuning, 'fine-tuning')
  const address = [addresses.ledger, ...services.keys()]

  return async function readSettlements(wallet, until, seconds) {
    const filter = { address, topics: [EVENTS.map(topicOf), [zeroPadValue(wallet, 32)]] }
    const blocks = Math.min(Math.ceil((1_000 * seconds) / blockTimeMs()), LONGEST_RANGE, until.number)
    const { logs, from } = await query(() =>
      backwards({ ...filter, fromBlock: until.number - blocks + 1 }, until.number),
    )
    const first = await query(() => rpc.block(from))
    if (!first) throw new ReadError('The node has no block as old as its logs.', { block: String(from) })
    const timeOf = interpolation(first, until)
    const events = logs.flatMap((log) => eventIn(log, services, log.timestamp ?? timeOf(log.blockNumber)) ?? [])
    return { since: first.timestamp, sinceBlock: from, until: until.timestamp, ...settlementsIn(events) }
  }

  /** Reads the newest range first and goes back until the node refuses. */
  async function backwards(filter: Omit<LogFilter, 'toBlock'>, last: number): Promise<{ logs: Log[]; from: number }> {
    let logs: Log[] = []
    let toBlock = last
    let size = last - filter.fromBlock + 1
    for (let queries = 0; queries < MOST_QUERIES && toBlock >= filter.fromBlock; queries += 1) {
      const fromBlock = Math.max(filter.fromBlock, toBlock - size + 1)
      try {
        logs = [...(await rpc.logs({ ...filter, fromBlock, toBlock })), ...logs]
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

/** Decodes an event about the wallet; null for one of another contract. */
function eventIn(log: Log, services: ReadonlyMap<string, ServiceType>, at: number): WalletEvent | null {
  const { topics, data, transactionHash: transaction } = log
  const name = EVENTS.find((one) => topicOf(one) === topics[0])
  if (name === undefined) return null
  const values = settlementAbi.decodeEventLog(name, data, topics)
  if (name === 'FundSpent')
    return { name, transaction, service: String(values['service']), amount: BigInt(values['amount'] as bigint) }
  const service = toAddress(log.address)
  const serviceType = services.get(service)
  if (!serviceType) return null
  const one = { transaction, service, provider: String(values['provider']), serviceType }
  if (name === 'RefundRequested') return { ...one, name }
  return {
    ...one,
    name,
    at,
    balance: BigInt(values['amount'] as bigint),
    pendingRefund: BigInt(values['pendingRefund'] as bigint),
  }
}

/** Interpolates a block's time where the node's logs carry none. */
function interpolation(first: Block, last: Block): (blockNumber: number) => number {
  const pace = (last.timestamp - first.timestamp) / Math.max(1, last.number - first.number)
  return (blockNumber) => Math.round(first.timestamp + (blockNumber - first.number) * pace)
}

function topicOf(name: (typeof EVENTS)[number]): string {
  return settlementAbi.getEvent(name)?.topicHash ?? ''
}
