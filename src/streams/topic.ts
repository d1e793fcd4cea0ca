import { defer, Subject, type Observable } from 'rxjs'

/**
 * Messages to whoever listens now.
 *
 * @param onListen hears of each listener before it gets any
 */
export function createTopic<T>(onListen: () => void = () => undefined): {
  next(message: T): void
  close(): void
  messages$: Observable<T>
} {
  const subject = new Subject<T>()
  return {
    next: (message) => subject.next(message),
    close: () => subject.complete(),
    messages$: defer(() => {
      onListen()
      return subject
    }),
  }
}
