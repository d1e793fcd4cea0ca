import type { LeasedJournal } from '../transactions/lease.types.ts'
import type { Emit } from './emit.ts'
import { messageOf } from './message.ts'

/** Tells that this process has the lease of a wallet, and once that it has lost it. */
export type LeaseWatch = {
  follow(journal: LeasedJournal): void
  close(): void
}

export function createLeaseWatch(emit: Emit): LeaseWatch {
  let close = (): void => undefined

  return {
    follow({ holder, epoch, lost }) {
      const tell = (): void => {
        const reason: unknown = lost.reason
        const message = messageOf(reason instanceof Error ? reason.message : String(reason))
        emit({ type: 'lease.lost', holder, epoch, message })
      }
      emit({ type: 'lease.claimed', holder, epoch })
      if (lost.aborted) return tell()
      lost.addEventListener('abort', tell, { once: true })
      close = () => lost.removeEventListener('abort', tell)
    },
    close: () => close(),
  }
}
