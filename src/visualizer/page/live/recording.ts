import type { Chart } from '../../protocol.ts'
import { loadRecording } from '../store/recording.ts'
import type { Message } from '../store/store.ts'

/** A step of the playing: often enough to look alive. */
const STEP_MS = 200
/** How long a whole recording plays. */
const WHOLE_MS = 90_000

/** The recording that a page without a server plays, by its `<meta name="og-ledger-recording">`; null for a live page. */
export function recordingOf(page: Document): string | null {
  return page.querySelector('meta[name="og-ledger-recording"]')?.getAttribute('content') ?? null
}

/** Plays a recording from its first entry to its last, until a person takes the handle. */
export async function playRecording(file: string, dispatch: (message: Message) => void): Promise<void> {
  const [text, charts] = await Promise.all([textAt(file), textAt('charts.json')])
  const loaded = loadRecording(file, text, JSON.parse(charts) as Chart[])
  const { entries } = loaded.history
  const [from, to] = [entries[0]?.at ?? 0, entries.at(-1)?.at ?? 0]
  dispatch({ type: 'load', loaded: { ...loaded, alone: true } })
  const began = performance.now()
  const timer = setInterval(() => {
    const part = (performance.now() - began) / WHOLE_MS
    if (part >= 1) stop()
    dispatch(part >= 1 ? { type: 'travel', to: null } : { type: 'travelTo', at: from + (to - from) * part })
  }, STEP_MS)
  const stop = () => {
    clearInterval(timer)
    for (const event of EVENTS) removeEventListener(event, take, true)
  }
  const take = ({ target }: Event) => {
    if (target instanceof Element && target.closest('.scrubber')) stop()
  }
  for (const event of EVENTS) addEventListener(event, take, true)
}

const EVENTS = ['pointerdown', 'keydown'] as const

async function textAt(file: string): Promise<string> {
  const response = await fetch(file)
  if (!response.ok) throw new Error(`${file} is not there: ${response.status}.`)
  return await response.text()
}
