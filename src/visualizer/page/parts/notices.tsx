import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Entry } from '../../protocol.ts'
import { belongsTo, noticeOf, type ActionNews } from '../format/notices.ts'
import type { View } from '../store/store.ts'
import { useChainClock, useNow, usePage } from './page.ts'

/** A sentence of the page itself, or what became of an action. */
export type Notice = { id: string } & ({ text: string } | { news: ActionNews })

/** How long a notice stays once it does not change any more. */
const SHOWN_MS = 9_000
const MOST = 4

/** One notice for each action, which changes as the action goes on, and goes some seconds after its end. */
export function useNotices({ history, seq, isLive }: View): {
  notices: readonly Notice[]
  say: (text: string) => void
} {
  const [notices, setNotices] = useState<readonly Notice[]>([])
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())
  const lastSeq = useRef(seq)
  const put = (notice: Notice, isFinal: boolean) => {
    const { id } = notice
    setNotices((all) =>
      all.some((one) => one.id === id)
        ? all.map((one) => (one.id === id ? notice : one))
        : [...all, notice].slice(-MOST),
    )
    clearTimeout(timers.current.get(id))
    if (isFinal)
      timers.current.set(
        id,
        setTimeout(() => setNotices((all) => all.filter((one) => one.id !== id)), SHOWN_MS),
      )
  }
  useEffect(() => {
    const since = lastSeq.current ?? 0
    lastSeq.current = seq
    if (!isLive || seq === null || seq <= since) return
    const first = history.entries[0]?.seq ?? 0
    const known = new Map(notices.flatMap((one) => ('news' in one ? [[one.id, one.news] as const] : [])))
    for (const entry of history.entries.slice(Math.max(0, since - first + 1)))
      for (const [id, news] of changesOf(entry, known)) {
        known.set(id, news)
        put({ id, news }, news.used.outcome !== 'asked')
      }
  }, [history, seq, isLive])
  return { notices, say: (text) => put({ id: text, text }, true) }
}

/** The notices that an entry changes. */
function changesOf(entry: Entry, known: ReadonlyMap<string, ActionNews>): [string, ActionNews][] {
  if (entry.kind === 'control') {
    const id = `${entry.action} ${entry.subAccount ?? ''}`
    const transaction = entry.outcome === 'asked' ? null : (known.get(id)?.transaction ?? null)
    return [[id, { used: entry, transaction }]]
  }
  if (entry.kind !== 'transaction') return []
  return [...known].flatMap(([id, news]) => (belongsTo(news, entry) ? [[id, { ...news, transaction: entry }]] : []))
}

export function Notices({ notices }: { notices: readonly Notice[] }): VNode {
  const { view } = usePage()
  const { at } = useChainClock()
  const now = useNow(view)
  return (
    <div class="notices" role="status">
      {notices.map((notice) => {
        const { tone, text } =
          'news' in notice
            ? noticeOf(notice.news, view.state, { now, at })
            : ({ tone: 'bad', text: notice.text } as const)
        return (
          <p key={notice.id} data-tone={tone}>
            {text}
          </p>
        )
      })}
    </div>
  )
}
