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

/** Sends a request to a provider and counts its answer. */
export async function countedRequest(
  tally: RequestCounts['provider'],
  provider: string,
  send: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await send()
    tally.add({ provider, result: resultOf(response) })
    return response
  } catch (error) {
    tally.add({ provider, result: 'failed' })
    throw error
  }
}

function resultOf({ status, type }: Response): 'ok' | 'refused' | 'failed' {
  // Browsers hide the status of a redirect.
  if (type === 'opaqueredirect' || (status > 0 && status < 400)) return 'ok'
  return status < 500 && status > 0 ? 'refused' : 'failed'
}
