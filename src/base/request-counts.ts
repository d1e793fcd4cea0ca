import { createTally, type Tally } from './tally.ts'

/** Requests to nodes and to providers. */
export type RequestCounts = {
  /** `ok`: the node answered, be it with a revert; `failed`: it did not, or with an error. */
  rpc: Tally<{ method: string; result: 'ok' | 'failed' }>
  /** By the status of the answer: below 400, below 500, and all else with what got no answer. */
  provider: Tally<{ provider: string; result: 'ok' | 'refused' | 'failed' }>
}

export function createRequestCounts(): RequestCounts {
  return { rpc: createTally(), provider: createTally() }
}
