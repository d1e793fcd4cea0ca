import process from 'node:process'

export type Hangup = Disposable & {
  /** Calls the listener for each SIGHUP, also for one that isPending before this call. */
  listen(listener: () => unknown): void
}

/** Catches SIGHUP, which would end the process otherwise. Disposing restores that. */
export function onHangup(): Hangup {
  let listener: (() => unknown) | null = null
  let isPending = false
  const hangUp = () => {
    if (listener) listener()
    else isPending = true
  }
  process.on('SIGHUP', hangUp)
  return {
    listen(next) {
      listener = next
      if (isPending) next()
    },
    [Symbol.dispose]: () => void process.off('SIGHUP', hangUp),
  }
}
