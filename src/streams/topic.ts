import { defer, Subject, type Observable } from 'rxjs'

export type Topic<T> = {
  next(message: T): void
  close(): void
  messages$: Observable<T>
}

/**
 * A publish-subscribe topic: it delivers each message to its current subscribers and keeps none.
 *
 * @param onSubscribe called for each subscriber before it receives a message
 */
export function createTopic<T>(onSubscribe: () => void = () => undefined): Topic<T> {
  const subject = new Subject<T>()
  return {
    next: (message) => subject.next(message),
    close: () => subject.complete(),
    messages$: defer(() => {
      onSubscribe()
      return subject
    }),
  }
}
