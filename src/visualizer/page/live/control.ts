import type { ClosingPlanState, ControlRequest, ControlResponse } from '../../protocol.ts'
import { addressOf } from './address.ts'

const KEY = 'og-ledger token'

/**
 * The control token from the URL's fragment. It is removed from the address bar at once, so that it is neither bookmarked nor
 * shown, and kept for as long as this tab is open.
 */
export function takeToken(): string | null {
  const found = new URLSearchParams(location.hash.slice(1)).get('token')
  if (found) {
    history.replaceState(null, '', location.pathname + location.search)
    sessionStorage.setItem(KEY, found)
  }
  return sessionStorage.getItem(KEY)
}

/** Requests an action. Resolves with the reason of a refusal, or with null once the action has begun. */
export async function ask(request: ControlRequest, token: string): Promise<string | null> {
  try {
    const response = await fetch(addressOf('api/control'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-og-ledger-token': token },
      body: JSON.stringify(request),
    })
    const answer = (await response.json()) as ControlResponse
    return 'error' in answer ? answer.error : null
  } catch {
    return 'og-ledger does not answer. The outcome of the action is unknown.'
  }
}

/** What closing the ledger would do; a sentence where that cannot be read. */
export async function closingPlan(token: string): Promise<ClosingPlanState | string> {
  try {
    const response = await fetch(addressOf('api/closing-plan'), {
      headers: { 'x-og-ledger-token': token },
      cache: 'no-store',
    })
    const answer = (await response.json()) as ClosingPlanState | { error: string }
    return 'error' in answer ? answer.error : answer
  } catch {
    return 'og-ledger does not answer.'
  }
}
