import { keepAlive } from './clock.ts'

/** A promise that keeps the process alive while a caller waits for it, and from its first `then` on until it resolves. */
export function createLastingPromise(): { promise: Promise<void>; resolve: () => void } {
  let release = (): void => undefined
  let isWaitedFor = false
  let isOver = false
  let resolve = (): void => undefined
  const inner = new Promise<void>((done) => (resolve = done))

  const promise: Promise<void> = {
    // oxlint-disable-next-line unicorn/no-thenable -- `await` calls it: that is how a wait shows.
    then(onFulfilled, onRejected) {
      hold()
      return inner.then(onFulfilled, onRejected)
    },
    catch(onRejected) {
      hold()
      return inner.catch(onRejected)
    },
    finally(onFinally) {
      hold()
      return inner.finally(onFinally)
    },
    [Symbol.toStringTag]: 'Promise',
  }
  return {
    promise,
    resolve() {
      isOver = true
      release()
      resolve()
    },
  }

  function hold(): void {
    if (isWaitedFor || isOver) return
    isWaitedFor = true
    release = keepAlive()
  }
}
