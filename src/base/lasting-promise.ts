import { keepAlive } from './clock.ts'

/** A promise that keeps the process alive while a caller waits for it, and from its first `then` on until it resolves. */
export function createLastingPromise(): { promise: Promise<void>; resolve: () => void } {
  const promise = new LastingPromise()
  return { promise, resolve: () => promise.resolve() }
}

class LastingPromise implements Promise<void> {
  readonly [Symbol.toStringTag] = 'Promise'
  #isOver = false
  /** Made for the first caller that waits; null before. */
  #wait: { promise: Promise<void>; end: () => void } | null = null

  // oxlint-disable-next-line unicorn/no-thenable -- `await` calls it: that is how a wait shows.
  then<A = void, B = never>(
    onFulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#inner().then(onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<void | B> {
    return this.#inner().catch(onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<void> {
    return this.#inner().finally(onFinally)
  }

  resolve(): void {
    this.#isOver = true
    this.#wait?.end()
  }

  #inner(): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    this.#wait ??= waitAlive()
    return this.#wait.promise
  }
}

function waitAlive(): { promise: Promise<void>; end: () => void } {
  const release = keepAlive()
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return {
    promise,
    end() {
      release()
      resolve()
    },
  }
}
