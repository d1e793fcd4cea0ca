import type { NotSentError } from '../base/errors.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'

/** A sub-account that a call about several has left out, and the error that a call about it alone would throw. */
export type LeftOut = SubAccountId & { reason: NotSentError }

/** What one call leaves out, each sub-account once. */
export type LeftOutList = {
  add(ids: readonly SubAccountId[], reason: NotSentError): void
  has(id: SubAccountId): boolean
  all(): LeftOut[]
}

export function createLeftOut(): LeftOutList {
  const byKey = new Map<string, LeftOut>()
  return {
    add(ids, reason) {
      for (const { provider, serviceType } of ids) {
        const one = { provider, serviceType, reason }
        byKey.set(keyOf(one), one)
      }
    },
    has: (id) => byKey.has(keyOf(id)),
    all: () => [...byKey.values()],
  }
}
