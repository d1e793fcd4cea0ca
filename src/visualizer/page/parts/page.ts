import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { ActionName, ControlRequest } from '../../protocol.ts'
import type { Link, Message, View } from '../store/store.ts'

/** What every part of the page may look at and do. */
export type Page = {
  view: View
  link: Link
  trouble: string | null
  tell: (message: Message) => void
  selected: string | null
  select: (key: string | null) => void
  /** Whether an action may be asked for: at the present moment, with control on and a token. */
  can: (action: ActionName) => boolean
  /** Opens the question that has to be answered before anything is sent. */
  propose: (request: ControlRequest) => void
}

export const PageContext = createContext<Page | null>(null)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (!page) throw new Error('There is no page around this part.')
  return page
}

/** The time, looked at again every second: of the moment that is shown, or of now. */
export function useNow({ isLive, at }: Pick<View, 'isLive' | 'at'>): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!isLive) return
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [isLive])
  return isLive ? Math.max(now, at) : at
}
