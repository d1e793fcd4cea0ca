import process from 'node:process'

export type Hangup = Disposable & {
  /** Called for each SIGHUP, also for one that came before. */
  hear(listener: () => unknown): void
}

/** Takes SIGHUP, which would else end the process. Disposing leaves it to that again. */
export function onHangup(): Hangup {
  let listener: (() => unknown) | null = null
  let came = false
  const hangUp = () => {
    if (listener) listener()
    else came = true
  }
  process.on('SIGHUP', hangUp)
  return {
    hear(next) {
      listener = next
      if (came) next()
    },
    [Symbol.dispose]: () => void process.off('SIGHUP', hangUp),
  }
}
