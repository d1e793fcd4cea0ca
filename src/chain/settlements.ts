import { zeroPadValue } from 'ethers'
import type { Block, ServiceType, Settlements } from '../../machines/position.types.ts'
import { ReadError } from '../base/errors.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { settlementAbi } from './abi.ts'
import { toAddress } from './address.ts'
import { query } from './batch.ts'
import type { Log, LogFilter, Rpc } from './rpc.types.ts'
import type { Addresses } from './rules.ts'

/** Nodes limit ranges differently: the search starts with the whole range and quarters a refused one. */
const LONGEST_RANGE = 50_000
const SHORTEST_RANGE = 100
const MOST_QUERIES = 8

export type SettlementsOptions = {
  rpc: Rpc
  addresses: Addresses
  wallet: string
  blockTimeMs: () => number
}

/** Reads from the logs what providers charged. */
export function createSettlements({ rpc, addresses, wallet, blockTimeMs }: SettlementsOptions) {
  const services = new Map<string, ServiceType>([[addresses.inference, 'inference']])
  if (addresses.fineTuning) services.set(addresses.fineTuning, 'fine-tuning')
  const filter = {
    address: [addresses.ledger, ...services.keys()],
    topics: [[topicOf('FundSpent'), topicOf('BalanceUpdated')], [zeroPadValue(wallet, 32)]],
  }

  return async function readSettlements(until: Block, seconds: number): Promise<Settlements> {
    const blocks = Math.min(Math.ceil((1_000 * seconds) / blockTimeMs()), LONGEST_RANGE, until.number)
    const { logs, from } = await query(() =>
      backwards({ ...filter, fromBlock: until.number - blocks + 1 }, until.number),
    )
    const first = await query(() => rpc.block(from))
    if (!first) throw new ReadError('The node has no block as old as its logs.', { block: String(from) })
    const timeOf = interpolation(first, until)
    const settled: Settlement[] = []
    const opened = new Map<string, Opening | null>()
    let charge: Charge | null = null
    for (const log of logs) {
      // The ledger emits the amount; right after it, in the same transaction, the service emits the sub-account.
      const before: Charge | null = charge
      charge = chargeIn(log)
      const serviceType = services.get(toAddress(log.address))
      if (charge || !serviceType) continue
      const { provider } = settlementAbi.decodeEventLog('BalanceUpdated', log.data, log.topics)
      const one = { provider: String(provider), serviceType, at: log.timestamp ?? timeOf(log.blockNumber) }
      const isCharge = before?.transactionHash === log.transactionHash && before.service === toAddress(log.address)
      const key = keyOf(one)
      if (!opened.has(key)) opened.set(key, isCharge ? null : one)
      if (isCharge && before.amount > 0n) settled.push({ ...one, amount: before.amount })
    }
    const openings = [...opened.values()].filter((one) => one !== null)
    return { since: first.timestamp, until: until.timestamp, settled, opened: openings }
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

type Settlement = Settlements['settled'][number]
type Opening = Settlements['opened'][number]
type Charge = { service: string; amount: bigint; transactionHash: string }

/** Decodes LedgerManager's event of a charge; null for another event. */
function chargeIn({ topics, data, transactionHash }: Log): Charge | null {
  if (topics[0] !== topicOf('FundSpent')) return null
  const { service, amount } = settlementAbi.decodeEventLog('FundSpent', data, topics)
  return { service: String(service), amount: BigInt(amount as bigint), transactionHash }
}

/** Interpolates a block's time where the node's logs carry none. */
function interpolation(first: Block, last: Block): (blockNumber: number) => number {
  const pace = (last.timestamp - first.timestamp) / Math.max(1, last.number - first.number)
  return (blockNumber) => Math.round(first.timestamp + (blockNumber - first.number) * pace)
}

function topicOf(name: 'FundSpent' | 'BalanceUpdated'): string {
  return settlementAbi.getEvent(name)?.topicHash ?? ''
}
