import { onAbort } from '../base/abortable.ts'
import type { Rejection } from './rejection.ts'

/** What a funding sent, in wei, and whether it opened the sub-account. */
export type FundedRequest = { paid: bigint; opened: boolean }

/**
 * Funds what rejected requests need, within limits.
 *
 * @param rejections of all requests that wait for it so far; asked again at each decision
 * @throws the reason to hold
 */
export type FundRequests = (rejections: () => readonly Rejection[], signal: AbortSignal) => Promise<FundedRequest>

/** Makes requests that are rejected together wait for one funding. */
export type FundingFlights = {
  /** @throws the reason to hold, or the signal's reason. Once each waiting request is aborted, nothing more is sent */
  join(rejection: Rejection, signal?: AbortSignal): Promise<FundedRequest>
}

type Flight = {
  rejections: Rejection[]
  waiting: number
  abort: AbortController
  funded: Promise<FundedRequest>
}

export function createFundingFlights(fund: FundRequests): FundingFlights {
  let flight: Flight | null = null

  return {
    async join(rejection, signal) {
      signal?.throwIfAborted()
      const joined = flight ?? (flight = begin())
      joined.rejections.push(rejection)
      joined.waiting += 1
      return new Promise((resolve, reject) => {
        const leave = onAbort(signal, () => {
          leave()
          joined.waiting -= 1
          if (joined.waiting === 0) giveUp(joined)
          reject(signal?.reason as Error)
        })
        joined.funded.then(resolve, reject).finally(leave)
      })
    },
  }

  /** Requests that are rejected from now on begin a funding of their own. */
  function giveUp(given: Flight): void {
    if (flight === given) flight = null
    given.abort.abort()
  }

  function begin(): Flight {
    const [rejections, abort] = [[] as Rejection[], new AbortController()]
    // The first request has joined by the time that the funding asks.
    const funded = Promise.resolve()
      .then(() => fund(() => rejections, abort.signal))
      .finally(() => {
        if (flight?.funded === funded) flight = null
      })
    // A flight may fail after its last request was aborted.
    funded.catch(() => undefined)
    return { rejections, waiting: 0, abort, funded }
  }
}
