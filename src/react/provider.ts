import { createContext, createElement, useEffect, useState, type ReactElement, type ReactNode } from 'react'
import type { Broker, BrokerOptions } from '../index.ts'
import { encodedPosition } from '../base/position-codec.ts'
import { isShallowEqual } from './equal.ts'
import { createOpener } from './opener.ts'
import { createLedgerStore, type LedgerStore } from './store.ts'

export const LedgerContext = createContext<LedgerStore | null>(null)

export type LedgerProviderProps = {
  children?: ReactNode
  /** A position that `encode` encoded on a server: shown as `stale` until the browser has read. */
  initial?: string | null
} & (
  | {
      /** A broker of your own, which you close. */
      broker: Broker
      options?: undefined
    }
  | {
      /**
       * The options of a broker that is opened once the page is in a browser, and closed when it goes. Null while there is no signer.
       * The broker is opened anew where one of the values is another one: make the signer once, and not while rendering.
       */
      options: BrokerOptions | null
      broker?: undefined
    }
)

/**
 * Gives the components below a broker. Nothing is read, signed or sent while a server renders.
 *
 * @example
 * const options = useMemo(() => (signer ? { signer } : null), [signer])
 * return <LedgerProvider options={options}><App /></LedgerProvider>
 */
export function LedgerProvider({ broker, options = null, initial, children }: LedgerProviderProps): ReactElement {
  const [store] = useState(() => createLedgerStore(initial ? encodedPosition(initial) : null))
  const [opener] = useState(() => createOpener(store))
  const stable = useStable(options)
  useEffect(() => {
    if (broker) return store.attach(broker)
    return stable ? opener.open(stable) : undefined
  }, [store, opener, broker, stable])
  return createElement(LedgerContext.Provider, { value: store }, children)
}

/** The same object as long as its values are the same. */
function useStable<Options extends object | null>(options: Options): Options {
  const [stable, keep] = useState(options)
  if (isShallowEqual(stable, options)) return stable
  keep(options)
  return options
}
