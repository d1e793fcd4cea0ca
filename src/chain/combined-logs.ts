import type { Clock } from '../base/clock.ts'
import type { Log, LogFilter, Rpc } from './rpc.types.ts'

const WINDOW_MS = 2
/** Nodes limit what a filter may name. */
const MOST_WALLETS = 200

type Request = { wallets: readonly string[]; resolve: (logs: Log[]) => void; reject: (error: unknown) => void }

/** Reads the logs of many wallets in one query, where range and contracts are the same: the second topic names the wallet. */
export function combineLogs({ logs }: Pick<Rpc, 'logs'>, clock: Clock): Rpc['logs'] {
  const waiting = new Map<string, { filter: LogFilter; requests: Request[] }>()

  return (filter) =>
    new Promise((resolve, reject) => {
      const [events = [], wallets = []] = filter.topics
      const key = JSON.stringify([filter.address, events, filter.fromBlock, filter.toBlock])
      const known = waiting.get(key) ?? begin(key, filter)
      known.requests.push({ wallets, resolve, reject })
    })

  function begin(key: string, filter: LogFilter) {
    const begun = { filter, requests: [] as Request[] }
    waiting.set(key, begun)
    clock.after(WINDOW_MS, () => {
      waiting.delete(key)
      for (let at = 0; at < begun.requests.length; at += MOST_WALLETS)
        void read(filter, begun.requests.slice(at, at + MOST_WALLETS))
    })
    return begun
  }

  async function read(filter: LogFilter, requests: readonly Request[]): Promise<void> {
    const [events = []] = filter.topics
    try {
      const wallets = [...new Set(requests.flatMap((one) => one.wallets))]
      const found = await logs({ ...filter, topics: [events, wallets] })
      for (const { wallets: own, resolve } of requests)
        resolve(found.filter(({ topics: [, wallet = ''] }) => own.some((one) => one === wallet.toLowerCase())))
    } catch (error) {
      for (const { reject } of requests) reject(error)
    }
  }
}
