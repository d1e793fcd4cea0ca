import type { Broker } from '../index.ts'
import { isShallowEqual } from './equal.ts'
import type { LedgerState } from './store.ts'
import { useSelected } from './use-selected.ts'

export type OpenedBroker =
  | { broker: Broker; status: 'open'; error: null }
  /** `idle`: there are no options yet. */
  | { broker: null; status: 'idle' | 'opening'; error: null }
  | { broker: null; status: 'error'; error: Error }

/**
 * The broker of the provider above; null until it is open, with the reason where it cannot be opened.
 *
 * @example
 * const broker = useBroker()
 */
export function useBroker(): OpenedBroker {
  return useSelected('broker', openedOf, isShallowEqual)
}

function openedOf({ broker, opening, openingError }: LedgerState): OpenedBroker {
  if (broker) return { broker, status: 'open', error: null }
  if (openingError) return { broker: null, status: 'error', error: openingError }
  return { broker: null, status: opening === 'opening' ? 'opening' : 'idle', error: null }
}
