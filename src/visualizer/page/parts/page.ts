import { createContext } from 'preact'
import { useContext, useEffect, useMemo, useState } from 'preact/hooks'
import type { ActionName, ControlRequest } from '../../protocol.ts'
import { chainAhead, chainClockOf, type ChainClock } from '../format/chain-clock.ts'
import { readAt } from '../store/moments.ts'
import type { Range } from '../store/range.ts'
import type { Link, Message, View } from '../store/store.ts'

/** What every part of the page can read and do. */
export type Page = {
  view: View
  link: Link
  trouble: string | null
  /** When the server was last heard, in milliseconds; null while it is, and where the page shows the past. */
  silentSince: number | null
  dispatch: (message: Message) => void
  selected: string | null
  select: (key: string | null) => void
  /** Whether an action is possible: for the live state, with control on and a token. */
  can: (action: ActionName) => boolean
  /** Why no action can be sent at the moment; null where it can. */
  off: string | null
  /** The time that drawings show. */
  range: Range
  setRange: (range: Range) => void
  /** Opens the question that must be answered before anything is sent. */
  propose: (request: ControlRequest) => void
}

export const PageContext = createContext<Page | null>(null)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (!page) throw new Error('This part is used outside of the page.')
  return page
}

/** The chain's clock at the shown moment, and by how many milliseconds it is ahead of this machine's. */
export function useChainClock(): { at: ChainClock; ahead: number } {
  const { view } = usePage()
  const ahead = useMemo(() => chainAhead(view.state.block, readAt(view.history, view.seq)), [view])
  return useMemo(() => ({ at: chainClockOf(ahead), ahead }), [ahead])
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
