import type { Entry } from '../../protocol.ts'

/** The filters of the timeline. */
export const kinds = ['highlights', 'money', 'decisions', 'states', 'everything'] as const
export type Kind = (typeof kinds)[number]

/** Whether an entry passes a filter. An entry without a change passes `everything` alone. */
export function isOf(kind: Kind, entry: Entry): boolean {
  switch (kind) {
    case 'highlights':
      return isHighlight(entry)
    case 'money':
      return entry.kind === 'transaction' || (entry.kind === 'fact' && entry.change !== '0')
    case 'decisions':
      return entry.kind === 'decision' || entry.kind === 'deposit' || entry.kind === 'control'
    case 'states':
      return entry.kind === 'transition' && entry.from !== entry.to
    case 'everything':
      return true
    default:
      return kind satisfies never
  }
}

/** The key of the sub-account that an entry is about. */
export function subjectOf(entry: Entry): string | null {
  switch (entry.kind) {
    case 'fact':
      return entry.subject
    case 'transition':
      return entry.actor
    case 'decision':
    case 'transaction':
    case 'control':
      return entry.subAccount
    case 'position':
    case 'failure':
    case 'deposit':
      return null
    default:
      return entry satisfies never
  }
}

function isHighlight(entry: Entry): boolean {
  switch (entry.kind) {
    case 'fact':
      return entry.subject !== 'wallet' && entry.subject !== 'ledger' && (entry.change !== '0' || isNews(entry.fact))
    case 'decision':
    case 'deposit':
      return entry.action !== 'hold' || !passing.has(entry.reason ?? 'sufficient')
    case 'transaction':
      return entry.value !== 'prepared' && entry.value !== 'broadcast'
    case 'failure':
    case 'control':
      return true
    case 'position':
    case 'transition':
      return false
    default:
      return entry satisfies never
  }
}

const isNews = (fact: string): boolean => fact.startsWith('refund.') || fact === 'account.gone'

const passing = new Set<string>(['sufficient', 'off', 'in-flight', 'settling', 'cooling-down', 'idle', 'use-unread'])
