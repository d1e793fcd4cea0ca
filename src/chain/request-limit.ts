import { batchRefusal, smallerBatch } from './batch-refusal.ts'

export type RequestLimit = {
  /** Runs a request within the limit. Repeats it in a smaller batch where the node refuses the batch. */
  run<T>(request: () => Promise<T>): Promise<T>
}

type Flight = { peers: number }

/**
 * Limits the requests in flight on one provider. ethers puts simultaneous requests into one JSON-RPC batch, and some nodes limit
 * batches or refuse them, which only their error tells. The limit starts without a bound and shrinks with each refusal.
 */
export function createRequestLimit(): RequestLimit {
  let limit = Infinity
  const inFlight = new Set<Flight>()
  const queue: { flight: Flight; enter: () => void }[] = []

  return {
    async run(request) {
      const first = limit
      for (;;) {
        const flight: Flight = { peers: 0 }
        await enter(flight)
        const before = limit
        try {
          return await request()
        } catch (error) {
          const refusal = batchRefusal(error)
          if (refusal === null) throw error
          if (flight.peers === 1) {
            // The node refuses this request alone, so the batch was not the reason.
            if (refusal === 'possible' && limit === before) limit = Math.max(limit, first)
            throw error
          }
          // Every request of a refused batch fails: only the first failure shrinks the limit.
          if (limit >= before) limit = smallerBatch(error, flight.peers)
        } finally {
          inFlight.delete(flight)
          admit()
        }
      }
    },
  }

  async function enter(flight: Flight): Promise<void> {
    if (inFlight.size < limit && queue.length === 0) return add(flight)
    await new Promise<void>((resolve) => queue.push({ flight, enter: resolve }))
  }

  function admit(): void {
    for (let next = queue[0]; next && inFlight.size < limit; next = queue[0]) {
      queue.shift()
      add(next.flight)
      next.enter()
    }
  }

  /** Counts each request's simultaneous ones: they may share its batch. */
  function add(flight: Flight): void {
    inFlight.add(flight)
    for (const one of inFlight) one.peers = Math.max(one.peers, inFlight.size)
  }
}

/** One limit for each provider: all of its brokers share the node. */
const limits = new WeakMap<object, RequestLimit>()

export function requestLimitOf(provider: object): RequestLimit {
  const known = limits.get(provider)
  if (known) return known
  const limit = createRequestLimit()
  limits.set(provider, limit)
  return limit
}
