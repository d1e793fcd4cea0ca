import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { sentenceOf } from '../format/sentences.ts'
import { toneOf, type Tone } from '../format/tones.ts'
import type { View } from '../store/store.ts'

export type Notice = { id: number; tone: Tone; text: string }

const SHOWN_MS = 7_000

/** The outcomes of actions, shown for a few seconds. */
export function useNotices({ history, seq, isLive }: View): {
  notices: readonly Notice[]
  say: (text: string) => void
} {
  const [notices, setNotices] = useState<readonly Notice[]>([])
  const lastSeq = useRef(seq)
  const nextId = useRef(0)
  const add = (tone: Tone, text: string) => {
    const notice = { id: (nextId.current += 1), tone, text }
    setNotices((all) => [...all.slice(-2), notice])
    setTimeout(() => setNotices((all) => all.filter((one) => one !== notice)), SHOWN_MS)
  }
  useEffect(() => {
    const since = lastSeq.current ?? 0
    lastSeq.current = seq
    if (!isLive || seq === null || seq <= since) return
    const first = history.entries[0]?.seq ?? 0
    for (const entry of history.entries.slice(Math.max(0, since - first + 1))) {
      if (entry.kind !== 'control') continue
      add(toneOf(entry), sentenceOf(entry).text)
    }
  }, [history, seq, isLive])
  return { notices, say: (text) => add('bad', text) }
}

export function Notices({ notices }: { notices: readonly Notice[] }): VNode {
  return (
    <div class="notices" role="status">
      {notices.map(({ id, tone, text }) => (
        <p key={id} data-tone={tone}>
          {text}
        </p>
      ))}
    </div>
  )
}
