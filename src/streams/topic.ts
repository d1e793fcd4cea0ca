import { Subject, type Observable } from 'rxjs'

/** Messages to whoever listens now. */
export function createTopic<T>(): { next(message: T): void; close(): void; messages$: Observable<T> } {
  const subject = new Subject<T>()
  return {
    next: (message) => subject.next(message),
    close: () => subject.complete(),
    messages$: subject.asObservable(),
  }
}
