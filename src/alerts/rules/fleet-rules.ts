import { redact } from '../../base/redact.ts'
import type { Rule } from './rule.ts'

/** A wallet of a fleet for which nothing can be sent: no process has its lease, or the one that has it cannot record what it sends. */
export const leaseLost: Rule = {
  name: 'lease-lost',
  defaults: { forSeconds: 60, severity: 'critical', belowSeconds: 0 },
  find({ seat }, { severity }) {
    if (!seat) return []
    const { state, lease } = seat
    // The next moment shows which process has it.
    if (state === 'opening' || state === 'closing') return null
    const reason = seat.reason === null ? null : redact(seat.reason, REASON)
    const resolution = 'A process sends for the wallet again'
    if (state === 'open') {
      if (reason === null) return []
      return [
        {
          severity,
          summary: 'Nothing can be recorded for the wallet, so nothing is sent',
          outlook: `${reason} Until its journal takes records, nothing is topped up. Once its lease is over, another process may claim it.`,
          action: 'Check the journal of the wallet, and the database that keeps it.',
          resolution,
        },
      ]
    }
    if (lease) return []
    return [
      {
        severity,
        summary: reason === null ? 'No process has the lease of the wallet' : 'The wallet could not be opened',
        outlook: `${reason === null ? '' : `${reason} `}Until a process has it, nothing is topped up, and what is in flight is not followed.`,
        action:
          reason === null
            ? 'Check that a process of the fleet runs that has capacity left, and that it reaches the database.'
            : 'Check its key, its journal and its policy; the log has the error.',
        resolution,
      },
    ]
  },
}

const REASON = { urls: 'nothing', oneLine: true, length: 300 } as const
