import { JournalError } from '../base/errors.ts'
import { LockedError } from '../base/sending-errors.ts'
import { lockManager } from './browser-storage.ts'

export type TabLock = {
  /** Resolves once another tab can have it. */
  release(): Promise<void>
}

/** Locks that this page holds. */
const own = new Set<string>()

/**
 * Takes a Web Lock, which one tab, frame or worker of the site has at a time. The browser releases it when that one is closed,
 * reloaded or crashes.
 *
 * @throws LockedError while another one has it, JournalError for a page without Web Locks
 */
export function lockTab(name: string): Promise<TabLock> {
  const locks = lockManager()
  if (!locks) return Promise.reject(noLocks())
  return new Promise((resolve, reject) => {
    let unlock = (): void => undefined
    const ended = locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) {
        reject(lockedError(name))
        return undefined
      }
      own.add(name)
      resolve({
        async release() {
          own.delete(name)
          unlock()
          await ended.catch(() => undefined)
        },
      })
      return new Promise<void>((end) => (unlock = end))
    })
    // A lock that was stolen rejects the request; after the resolution above that changes nothing.
    ended.catch((error: unknown) => reject(noLock(name, error)))
  })
}

function lockedError(name: string): LockedError {
  const isOwn = own.has(name)
  return new LockedError(
    isOwn
      ? 'Another broker of this page sends transactions for this wallet.'
      : 'Another tab of this site sends transactions for this wallet.',
    {
      journal: name,
      do: isOwn
        ? 'use that broker, or close it first: two senders would take the same nonces'
        : 'use that tab, or close it and try again: two senders would take the same nonces',
    },
  )
}

/** Resolves once a lock that another tab had was free; it may be taken again since. Rejects when `signal` aborts. */
export async function lockFreed(name: string, signal: AbortSignal): Promise<void> {
  await lockManager()?.request(name, { signal }, () => undefined)
}

function noLock(name: string, error: unknown): JournalError {
  const facts = {
    journal: name,
    reason: String(error),
    do: 'let this site store data, or pass a journal to createBroker',
  }
  return new JournalError('The browser gives no lock for this wallet.', facts, { cause: error })
}

const noLocks = (): JournalError =>
  new JournalError('This page has no Web Locks, so another tab could send at the same time.', {
    do: 'serve the page by https or from localhost, or pass a journal to createBroker',
  })
