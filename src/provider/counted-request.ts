import type { RequestCounts } from '../base/request-counts.ts'

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
