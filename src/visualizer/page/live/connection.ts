import { PROTOCOL, type Entry, type Hello, type ServerEvents } from '../../protocol.ts'
import type { Message } from '../store/store.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5_000
/** The server beats every ten seconds. */
const SILENCE_MS = 25_000

/** Says hello, follows what happens, and comes back by itself where the connection is lost. */
export function connect(tell: (message: Message) => void): void {
  let id: string | null = null
  let retries = 0
  let source: EventSource | null = null
  let silence = 0
  let waiting: Entry[] = []

  void greet()

  async function greet(): Promise<void> {
    try {
      const response = await fetch('api/hello', { cache: 'no-store' })
      if (!response.ok) throw new Error(`The server answered ${response.status}.`)
      const hello = (await response.json()) as Hello
      if (hello.protocol !== PROTOCOL) return outdated()
      waiting = []
      id = hello.id
      tell({ type: 'hello', hello })
      follow()
    } catch {
      lost()
    }
  }

  function follow(): void {
    source?.close()
    const mine = new EventSource(`api/events?after=${encodeURIComponent(id ?? '')}`)
    source = mine
    heard()
    mine.addEventListener('open', () => {
      retries = 0
      heard()
      tell({ type: 'link', link: 'live', trouble: null })
    })
    mine.addEventListener('entry', ({ data, lastEventId }: MessageEvent<string>) => {
      heard()
      const entry = JSON.parse(data) as ServerEvents['entry']
      // Something is missing: all of it anew.
      if (entry.seq !== Number(id?.split('.')[1]) + 1) {
        mine.close()
        return void greet()
      }
      if (waiting.length === 0) soon(pass)
      waiting.push(entry)
      id = lastEventId
    })
    mine.addEventListener('reset', () => {
      mine.close()
      void greet()
    })
    mine.addEventListener('beat', heard)
    mine.addEventListener('error', () => {
      mine.close()
      if (source === mine) lost()
    })
  }

  /** What came since the last frame, at once: a hundred sub-accounts are drawn one time, not a hundred. */
  function pass(): void {
    const entries = waiting
    waiting = []
    if (entries.length > 0 && id !== null) tell({ type: 'entries', id, entries })
  }

  function lost(): void {
    clearTimeout(silence)
    source = null
    tell({
      type: 'link',
      link: id === null ? 'connecting' : 'reconnecting',
      trouble: 'og-ledger does not answer. It is asked again and again.',
    })
    const delay = Math.min(FIRST_RETRY_MS * 2 ** retries, LONGEST_RETRY_MS)
    retries += 1
    setTimeout(() => (id === null ? void greet() : follow()), delay)
  }

  function heard(): void {
    clearTimeout(silence)
    silence = setTimeout(() => {
      source?.close()
      lost()
    }, SILENCE_MS)
  }

  function outdated(): void {
    const trouble = 'This page is of another version than og-ledger. Load it again.'
    tell({ type: 'link', link: 'connecting', trouble })
  }
}

/** With the next frame; in a tab that nobody sees there are none. */
function soon(run: () => void): void {
  if (document.visibilityState === 'visible') requestAnimationFrame(run)
  else setTimeout(run, 100)
}
