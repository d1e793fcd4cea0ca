import type { AutoDepositStatus, DepositDecision, HoldReason } from '../../index.ts'
import { paint } from './terminal.ts'
import { durationInWords, og, reasonInWords } from './words.ts'

/** The ledger's own row of a plan, and where auto-deposit of this process stands; null where it is not on. */
export type DepositView = { decision: DepositDecision; status: AutoDepositStatus | null }

/** What auto-deposit does about the ledger, or would do, as pairs of a list; empty where no deposits were asked for. */
export function autoDepositPairs(deposit: DepositView | null): [string, string][] {
  if (!deposit) return []
  const { decision, status } = deposit
  return [
    ['auto-deposit', [doesInWords(deposit), levelsInWords(decision), ...(status ? [sumOf(status)] : [])].join('; ')],
    ...(status?.payerError
      ? [
          ['', paint('red', `The wallet that deposits cannot be read: ${firstLine(status.payerError)}`)] satisfies [
            string,
            string,
          ],
        ]
      : []),
  ]
}

function doesInWords({ decision, status }: DepositView): string {
  const words = depositInWords(decision)
  const failure = status?.failure ? firstLine(status.failure.message) : null
  const isBackingOff = decision.action === 'hold' && decision.reason === 'backing-off'
  if (failure !== null) return paint('red', isBackingOff ? `${failure} Tried again later` : `${words} (${failure})`)
  if (decision.action !== 'hold') return paint('yellow', words)
  if (decision.reason === 'sufficient') return `nothing: ${words}`
  return decision.deficit > 0n ? paint('red', `wait: ${words}`) : `wait: ${words}`
}

export function depositInWords(decision: DepositDecision): string {
  if (decision.action === 'deposit') return `deposit ${og(decision.amount)}`
  if (decision.action === 'propose') return `asks to deposit ${og(decision.amount)}`
  const { reason, missing } = decision
  const words = depositReasonInWords[reason]
  return missing === undefined ? words : `${words}: ${og(missing)} missing`
}

/** Where the reasons of top-ups speak of top-ups. */
export const depositReasonInWords: Readonly<Record<HoldReason, string>> = {
  ...reasonInWords,
  settling: 'a deposit is mined; awaiting a reading that shows it',
  'over-max': 'what opens a ledger is more than one deposit may send',
  'cooling-down': 'the last deposit is too recent',
  'backing-off': 'the last deposit failed; it is tried again later',
  overtaken: 'another transaction came before the deposit; the next reading decides anew',
}

/** What stays in the ledger once everything due is paid, and between which amounts auto-deposit keeps that. */
function levelsInWords({ spare, trigger, target, runway }: DepositDecision): string {
  const stays = spare < 0n ? `${og(-spare)} short of what is due` : `${og(spare)} stay`
  const lasting = runway === null ? '' : `, which lasts ${durationInWords(runway)}`
  return `${stays}${lasting} (trigger ${og(trigger)}, target ${og(target)})`
}

const sumOf = ({ deposits, paid }: AutoDepositStatus): string =>
  deposits === 0 ? 'no deposit so far' : `${deposits} ${deposits === 1 ? 'deposit' : 'deposits'} of ${og(paid)} so far`

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''
