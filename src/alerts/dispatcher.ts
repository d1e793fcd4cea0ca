import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { AlertBook } from './alert-book.ts'
import type { Delivery, Notification, Receiver } from './alert.types.ts'
import { DeliveryError } from './delivery-error.ts'
import { digest } from './fingerprint.ts'

/** The first wait after a failed delivery; it doubles. */
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 300_000
/** A receiver may ask for a longer wait, but an app's own one not for one that outlasts a night. */
const LONGEST_PAUSE_MS = 3_600_000
/** A receiver that does not answer for this long has failed. */
const ANSWER_MS = 10_000

export type DispatcherOptions = {
  book: AlertBook
  /** Writes the book to the disk. A delivery waits for it, so that a restart knows what was begun. */
  save: () => Promise<void>
  clock: Clock
  logger: Logger
}

/** Sends one receiver what it is due: one delivery at a time, tried again with growing waits until it is taken. */
export type Dispatcher = {
  /** Looks whether something is due. It never waits for the receiver. */
  wake(): void
  /** Begins no further delivery, and waits for the one under way, at most this long. */
  close(withinMs: number): Promise<void>
}

export function createDispatcher(receiver: Receiver, options: DispatcherOptions): Dispatcher {
  const { book, save, clock, logger } = options
  const ending = new AbortController()
  let isClosed = false
  let running: Promise<void> | null = null
  let failures = 0
  let notBefore = 0

  return {
    wake() {
      running ??= run().finally(() => (running = null))
    },
    async close(withinMs) {
      isClosed = true
      const cancel = clock.after(withinMs, () => ending.abort(), { idle: true })
      await running
      cancel()
    },
  }

  async function run(): Promise<void> {
    while (!isClosed && clock.now() >= notBefore) {
      const at = clock.now()
      const [first, ...more] = book.due(receiver.id, at).slice(0, receiver.most)
      if (!first) return
      await deliver({ id: idOf(receiver, [first, ...more]), at, notifications: [first, ...more] })
    }
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const { notifications, at } = delivery
    const undo = book.note(receiver.id, notifications, at, false)
    await save()
    try {
      await answerTo(delivery)
      failures = 0
      book.note(receiver.id, notifications, at, true)
    } catch (error) {
      undo()
      rest(error, notifications.length)
    }
    await save()
  }

  async function answerTo(delivery: Delivery): Promise<void> {
    const late = new AbortController()
    const cancel = clock.after(ANSWER_MS, () => late.abort(), { idle: true })
    const signal = AbortSignal.any([late.signal, ending.signal])
    const ended = () => new DeliveryError(`${receiver.name} did not take an alert.`, { reason: reason() })
    const reason = () => (ending.signal.aborted ? 'alerts are closed' : `no answer within ${ANSWER_MS} ms`)
    let end = (): void => undefined
    const aborted = new Promise<never>((_, reject) => (end = () => reject(ended())))
    signal.addEventListener('abort', end)
    try {
      if (signal.aborted) throw ended()
      await Promise.race([receiver.send(delivery, { signal }), aborted])
    } finally {
      cancel()
      // It outlives the delivery: what listens to it would be kept until these alerts are closed.
      signal.removeEventListener('abort', end)
    }
  }

  function rest(error: unknown, count: number): void {
    const asked = error instanceof DeliveryError ? error.retryAfterMs : 0
    const usual = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
    const delay = Math.max(usual, Math.min(asked, LONGEST_PAUSE_MS))
    failures += 1
    notBefore = clock.now() + delay
    // An error of an app's own receiver may hold a URL: only ours is shown.
    const reason = error instanceof DeliveryError ? error.message : 'its send() rejected'
    logger.warn({ receiver: receiver.name, alerts: count, failures, retryInMs: delay, reason }, 'alert.undelivered')
  }
}

/** The same for the same content: a try after a failure, or after a restart, is known by it. */
function idOf({ id }: Receiver, notifications: readonly Notification[]): string {
  const content = notifications.map(({ status, alert, isRepeat }) => {
    const { fingerprint, severity, startsAt, endsAt } = alert
    return [fingerprint, status, severity, startsAt, endsAt, isRepeat]
  })
  return digest(JSON.stringify([id, content]))
}
