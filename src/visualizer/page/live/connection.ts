import { PROTOCOL, type Entry, type Hello, type ServerEvents } from '../../protocol.ts'
import type { Message } from '../store/store.ts'
import { addressOf } from './address.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5_000
/** The server beats every ten seconds: one lost beat is silence. */
const SILENCE_MS = 15_000

/** Loads the state, follows the events, and reconnects by itself. */
export function connect(dispatch: (message: Message) => void): void {
  let id: string | null = null
  let retries = 0
  let source: EventSource | null = null
  let silence = 0
  let waiting: Entry[] = []
  let heardAt = Date.now()

  void load()

  async function load(): Promise<void> {
    try {
      const response = await fetch(addressOf('api/hello'), { cache: 'no-store' })
      if (!response.ok) throw new Error(`The server answered ${response.status}.`)
      const hello = (await response.json()) as Hello
      if (hello.protocol !== PROTOCOL) return refuseVersion()
      waiting = []
      heardAt = Date.now()
      id = hello.id
      dispatch({ type: 'hello', hello })
      follow()
    } catch {
      reconnect()
    }
  }

  function follow(): void {
    source?.close()
    const mine = new EventSource(addressOf(`api/events?after=${encodeURIComponent(id ?? '')}`))
    source = mine
    awaitSound()
    mine.addEventListener('open', () => {
      retries = 0
      hear()
      dispatch({ type: 'link', link: 'live', trouble: null })
    })
    mine.addEventListener('entry', ({ data, lastEventId }: MessageEvent<string>) => {
      hear()
      const entry = JSON.parse(data) as ServerEvents['entry']
      // An entry is missing: everything is loaded again.
      if (entry.seq !== Number(id?.split('.')[1]) + 1) {
        mine.close()
        return void load()
      }
      if (waiting.length === 0) nextFrame(flush)
      waiting.push(entry)
      id = lastEventId
    })
    mine.addEventListener('reset', () => {
      mine.close()
      void load()
    })
    mine.addEventListener('beat', hear)
    mine.addEventListener('error', () => {
      mine.close()
      if (source === mine) reconnect()
    })
  }

  /** Passes on all entries since the last frame at once: a hundred updates are drawn once. */
  function flush(): void {
    const entries = waiting
    waiting = []
    if (entries.length > 0 && id !== null) dispatch({ type: 'entries', id, entries })
  }

  function reconnect(): void {
    clearTimeout(silence)
    source = null
    dispatch({
      type: 'link',
      link: id === null ? 'connecting' : 'reconnecting',
      trouble: 'og-ledger does not answer. The page keeps trying.',
      silentSince: heardAt,
    })
    const delay = Math.min(FIRST_RETRY_MS * 2 ** retries, LONGEST_RETRY_MS)
    retries += 1
    setTimeout(() => (id === null ? void load() : follow()), delay)
  }

  function hear(): void {
    heardAt = Date.now()
    awaitSound()
  }

  function awaitSound(): void {
    clearTimeout(silence)
    silence = setTimeout(() => {
      source?.close()
      reconnect()
    }, SILENCE_MS)
  }

  function refuseVersion(): void {
    const trouble = 'This page and og-ledger have different versions. Load it again.'
    dispatch({ type: 'link', link: 'connecting', trouble })
  }
}

/** Runs with the next frame; a hidden tab has no frames, and runs after 100 ms. */
function nextFrame(run: () => void): void {
  if (document.visibilityState === 'visible') requestAnimationFrame(run)
  else setTimeout(run, 100)
}
