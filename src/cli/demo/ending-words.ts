import type { SubAccountId } from '../../base/sub-account-key.ts'
import { GRACE_MS } from './ending.ts'

/** Says what the ending waits for, when it begins. */
export function beginWords(cause: 'time' | 'signal', charges: number): string {
  const why = cause === 'time' ? 'The time is over' : 'Ctrl-C'
  const open = charges === 0 ? '' : `for ${charges === 1 ? 'a charge' : `${charges} charges`} on the way, and `
  return (
    `${why}: the providers charge no more. The demo waits ${open}for the top-ups that follow, ` +
    `${GRACE_MS / 1_000} s at most, and then checks the books. Ctrl-C ends it at once.`
  )
}

/** Says which sub-accounts the ending still waits for. */
export function waitWords(unfinished: readonly SubAccountId[], nameOf: (id: SubAccountId) => string): string {
  if (unfinished.length === 0) return 'Ending: the last charge is awaited, then the books are checked.'
  return `Ending: waits for the top-up of ${unfinished.map(nameOf).join(', ')}. Ctrl-C ends it at once.`
}
