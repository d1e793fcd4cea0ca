import type { GuestResponse } from '../http/guest.ts'

/** Readers that may be answered at once: each holds a list of the history while it reads. */
const MOST_READERS = 100
/** Characters that are written before the reader has to take them. */
const SLICE = 2 ** 14
/** A reader that takes nothing for so long is disconnected. */
const PATIENCE_MS = 30_000

export type Greetings = {
  isFull(): boolean
  /** Writes the parts as JSON, each only when the reader has taken those before it. */
  send(response: GuestResponse, parts: Iterable<string>): void
}

/** The long answers that are being written: what waits in memory for a reader that takes nothing is bounded. */
export function createGreetings(): Greetings {
  let readers = 0

  return {
    isFull: () => readers >= MOST_READERS,
    send(response, parts) {
      readers += 1
      response.once('close', () => (readers -= 1))
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      void write(response, parts)
    },
  }
}

async function write(response: GuestResponse, parts: Iterable<string>): Promise<void> {
  for (const part of parts)
    for (let start = 0; start < part.length; start += SLICE) {
      if (response.destroyed) return
      if (!response.write(part.slice(start, start + SLICE))) await untilDrained(response)
    }
  response.end()
}

/** Resolves when the reader has taken what was written, and when it is gone. */
function untilDrained(response: GuestResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), PATIENCE_MS)
    timer.unref()
    const end = (): void => {
      clearTimeout(timer)
      response.off('drain', end).off('close', end)
      resolve()
    }
    response.on('drain', end).on('close', end)
  })
}
