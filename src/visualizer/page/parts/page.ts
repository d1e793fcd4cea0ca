import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { ActionName, ControlRequest } from '../../protocol.ts'
import type { Link, Message, View } from '../store/store.ts'

/** What every part of the page can read and do. */
export type Page = {
  view: View
  link: Link
  trouble: string | null
  dispatch: (message: Message) => void
  selected: string | null
  select: (key: string | null) => void
  /** Whether an action is possible: for the live state, with control on and a token. */
  can: (action: ActionName) => boolean
  /** Opens the question that must be answered before anything is sent. */
  propose: (request: ControlRequest) => void
}

export const PageContext = createContext<Page | null>(null)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (!page) throw new Error('This part is used outside of the page.')
  return page
}

/** The time of the shown moment; for the live state the present, updated every second. */
export function useNow({ isLive, at }: Pick<View, 'isLive' | 'at'>): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!isLive) return
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [isLive])
  return isLive ? Math.max(now, at) : at
}
