import { useContext, useState, useSyncExternalStore } from 'react'
import { isEqual } from './equal.ts'
import { LedgerContext } from './provider.ts'
import type { LedgerState, LedgerStore, Topic } from './store.ts'

/** The store of the provider above. @throws Error without one */
export function useStore(): LedgerStore {
  const store = useContext(LedgerContext)
  if (store) return store
  throw new Error('There is no <LedgerProvider> above this component.')
}

/** A part of the state. The component renders again only where the part differs from what it shows. */
export function useSelected<Selected>(
  topic: Topic,
  select: (state: LedgerState) => Selected,
  isSame: (one: Selected, other: Selected) => boolean = isEqual,
): Selected {
  const store = useStore()
  const [subscription] = useState(() => ({ keep: keeper(isSame), keepServer: keeper(isSame) }))
  const [subscribe] = useState(() => (listener: () => void) => store.subscribe(topic, listener))
  return useSyncExternalStore(
    subscribe,
    () => subscription.keep(select(store.state())),
    () => subscription.keepServer(select(store.serverState())),
  )
}

/** Gives an equal value the identity of the one before. */
function keeper<Value>(isSame: (one: Value, other: Value) => boolean): (value: Value) => Value {
  let kept: { value: Value } | null = null
  return (value) => {
    if (!kept || !isSame(kept.value, value)) kept = { value }
    return kept.value
  }
}
