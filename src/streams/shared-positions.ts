import { Observable, type Subscriber } from 'rxjs'
import type { Position } from '../../machines/position.types.ts'
import type { PositionStatus } from './position-status.ts'

/** The stream of a wallet's positions, with its health. Reading starts with the first subscriber. */
export type PositionStream = Observable<Position> & { readonly status: PositionStatus }

/** @param begin starts the reading, and returns what stops it */
export type PositionSource = { begin: () => () => void; status: () => PositionStatus }

/**
 * Shares the positions of a wallet between its subscribers: reads while there is one, and gives a later one the newest position first.
 * It does what rxjs does by `merge`, `takeUntil` and `share`, in a tenth of the memory: a fleet has thousands.
 */
export class SharedPositions {
  readonly stream: PositionStream
  readonly #begin: PositionSource['begin']
  #subscribers: readonly Subscriber<Position>[] = []
  /** Null before the first since the stream has subscribers. */
  #newest: Position | null = null
  #end: (() => void) | null = null
  #isClosed = false

  constructor({ begin, status }: PositionSource) {
    this.#begin = begin
    this.stream = new Positions((subscriber) => this.#add(subscriber), status)
  }

  next(position: Position): void {
    if (this.#subscribers.length === 0) return
    this.#newest = position
    for (const one of this.#subscribers) one.next(position)
  }

  /** Completes: for later subscribers, at once. */
  close(): void {
    this.#isClosed = true
    const subscribers = this.#subscribers
    this.#subscribers = []
    this.#stop()
    for (const one of subscribers) one.complete()
  }

  #add(subscriber: Subscriber<Position>): (() => void) | void {
    if (this.#isClosed) return subscriber.complete()
    this.#subscribers = [...this.#subscribers, subscriber]
    if (this.#newest) subscriber.next(this.#newest)
    this.#end ??= this.#begin()
    return () => this.#remove(subscriber)
  }

  #remove(subscriber: Subscriber<Position>): void {
    this.#subscribers = this.#subscribers.filter((one) => one !== subscriber)
    if (this.#subscribers.length === 0) this.#stop()
  }

  #stop(): void {
    this.#newest = null
    this.#end?.()
    this.#end = null
  }
}

class Positions extends Observable<Position> {
  readonly #status: () => PositionStatus

  constructor(subscribe: (subscriber: Subscriber<Position>) => (() => void) | void, status: () => PositionStatus) {
    super(subscribe)
    this.#status = status
  }

  get status(): PositionStatus {
    return this.#status()
  }
}
