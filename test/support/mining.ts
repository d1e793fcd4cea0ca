import { setTimeout } from 'node:timers/promises'
import type { LocalChain } from './chain.ts'

/**
 * Mines a block each second while `isDue` says so, until it is disposed. A back-off is measured in block time: on a chain without blocks a
 * payment that failed once, as on a busy machine, would never be tried again.
 */
export function mining(chain: Pick<LocalChain, 'mine'>, isDue: () => boolean = () => true): AsyncDisposable {
  const stop = new AbortController()
  const mined = (async () => {
    while (!stop.signal.aborted) {
      if (isDue()) await chain.mine()
      await setTimeout(1_000, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await mined
    },
  }
}
