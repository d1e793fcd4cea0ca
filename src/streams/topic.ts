import { Observable, Subject } from 'rxjs'

export type Topic<T> = {
  next(message: T): void
  close(): void
  readonly messages$: Observable<T>
}

/**
 * A publish-subscribe topic: it delivers each message to its current subscribers and keeps none.
 *
 * @param onSubscribe called for each subscriber before it receives a message
 */
export function createTopic<T>(onSubscribe?: () => void): Topic<T> {
  return new SubjectTopic(onSubscribe)
}

class SubjectTopic<T> implements Topic<T> {
  readonly #onSubscribe: (() => void) | undefined
  /** Made at the first look, and the subject for the first subscriber: most topics never have one. */
  #messages: Observable<T> | null = null
  #subject: Subject<T> | null = null
  #isClosed = false

  constructor(onSubscribe: (() => void) | undefined) {
    this.#onSubscribe = onSubscribe
  }

  get messages$(): Observable<T> {
    return (this.#messages ??= new Observable((subscriber) => {
      this.#onSubscribe?.()
      this.#subject ??= new Subject()
      if (this.#isClosed) this.#subject.complete()
      return this.#subject.subscribe(subscriber)
    }))
  }

  next(message: T): void {
    this.#subject?.next(message)
  }

  close(): void {
    this.#isClosed = true
    this.#subject?.complete()
  }
}
