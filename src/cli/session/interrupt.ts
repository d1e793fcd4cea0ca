import process from 'node:process'
import { EXIT } from '../exit-codes.ts'

const controller = new AbortController()

/** Aborts at the first Ctrl-C. */
export const interrupted: AbortSignal = controller.signal

export function listenForInterrupts(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt)
}

/** The first interrupt asks for an orderly end, the second one exits at once. */
export function interrupt(): void {
  if (interrupted.aborted) process.exit(EXIT.interrupted)
  controller.abort()
}

/** Resolves when the signal aborts. Until then it keeps the process alive, which the library's timers do not. */
export function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => undefined, 60_000)
    const end = () => {
      clearInterval(alive)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
