import type { Clock } from '../base/clock.ts'

export type ReadingLoopOptions = {
  /** Reads once; a failure is no end of the loop. */
  read: () => Promise<unknown>
  /** Milliseconds from the end of a reading to the next one. */
  delayMs: () => number
  clock: Clock
}

/** Reads while the stream has a subscriber, one reading after another. */
export type ReadingLoop = {
  /** @returns the function that stops it */
  start(): () => void
  /** Reads again as soon as the current reading ends. */
  readAgain(): void
  /** A reading that begins now serves what the loop was asked for before. */
  served(): void
}

export function createReadingLoop({ read, delayMs, clock }: ReadingLoopOptions): ReadingLoop {
  let due = false
  /** Ends the wait for the next reading; null while one runs, and while the loop stands still. */
  let endWait: (() => void) | null = null

  return {
    start,
    readAgain() {
      due = true
      endWait?.()
    },
    served: () => (due = false),
  }

  function start(): () => void {
    let cancel: (() => void) | null = null
    let isStopped = false
    run()
    return () => {
      isStopped = true
      cancel?.()
      endWait = null
    }

    function run(): void {
      cancel?.()
      cancel = null
      endWait = null
      due = false
      void read().then(wait, wait)
    }

    // The timer does not keep the process alive.
    function wait(): void {
      if (isStopped) return
      if (!due) endWait = run
      cancel = clock.after(due ? 0 : delayMs(), run, { idle: true })
    }
  }
}
