import type { Entry } from '../../protocol.ts'
import type { IconName } from './icons.ts'

/** The meaning of a colour. `signs` has a shape for each: colour alone never tells states apart. */
export type Tone = 'calm' | 'good' | 'low' | 'moving' | 'refund' | 'bad'

export const signs: Readonly<Record<Tone, IconName>> = {
  calm: 'none',
  good: 'funded',
  low: 'low',
  moving: 'moving',
  refund: 'refunding',
  bad: 'bad',
}

/** The tone of a state in a chart; a nested state has the tone of its outer state. */
export function toneOfState(chart: string, path: string): Tone {
  const known = states[chart] ?? {}
  return known[path] ?? known[path.split('.')[0] ?? ''] ?? 'calm'
}

export function toneOf(entry: Entry): Tone {
  switch (entry.kind) {
    case 'position':
      return 'calm'
    case 'fact':
      if (entry.fact.startsWith('refund.')) return 'refund'
      // A charge that leaves too little is refilled; where a hold keeps it low, the decision says so.
      if (entry.fact === 'account.empty' || entry.fact === 'balance.low') return 'calm'
      return entry.fact === 'balance.ample' && !entry.change.startsWith('-') ? 'good' : 'calm'
    case 'transition':
      return entry.machine === 'subAccount' && entry.to === 'low' ? 'calm' : toneOfState(entry.machine, entry.to)
    case 'decision':
    case 'deposit':
      if (entry.action === null) return 'calm'
      if (entry.action !== 'hold') return 'moving'
      return entry.reason !== null && troubling.has(entry.reason) ? 'bad' : 'calm'
    case 'transaction':
      return toneOfState('transaction', entry.value)
    case 'failure':
      return 'bad'
    case 'control':
      return { asked: 'moving' as const, done: 'good' as const, failed: 'bad' as const }[entry.outcome]
    default:
      return entry satisfies never
  }
}

const states: Readonly<Record<string, Readonly<Record<string, Tone>>>> = {
  subAccount: { funded: 'good', low: 'low', created: 'low', refunding: 'refund' },
  autoFunding: { watching: 'good', held: 'low', awaitingApproval: 'moving', toppingUp: 'moving', settling: 'moving' },
  autoDeposit: { watching: 'good', held: 'low', awaitingApproval: 'moving', depositing: 'moving', settling: 'moving' },
  transaction: {
    prepared: 'calm',
    broadcast: 'moving',
    mined: 'good',
    reverted: 'bad',
    superseded: 'bad',
    refused: 'bad',
  },
  ledger: { open: 'good', closing: 'refund' },
}

/** Hold reasons that do not pass by themselves. */
const troubling = new Set<string>([
  'stale-reading',
  'nonce-spent',
  'unresolved-intent',
  'put-back-pending',
  'provider-unregistered',
  'provider-unaccepted',
  'unknown-pending',
  'fees-high',
  'provider-unread',
  'anomaly',
  'first-day',
  'ledger-missing',
  'ledger-short',
  'ledger-full',
  'wallet-short',
  'payer-unread',
  'reserve',
  'budget-exhausted',
  'over-max',
  'too-small',
  'gas-unread',
  'gas-short',
  'backing-off',
])
