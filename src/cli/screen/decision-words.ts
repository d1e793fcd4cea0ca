import type { Decision } from '../../index.ts'
import type { ClaimDecision, ClaimHold, ReclaimDecision, ReclaimHold } from '../../../machines/index.ts'
import { holdFacts, oddFacts } from './hold-facts.ts'
import { moment, og, reasonInWords } from './words.ts'

export function decisionInWords(decision: Decision): string {
  const { claim, reclaim } = decision
  const odd = oddFacts(decision) ?? undefined
  const parts = [fundingInWords(decision), odd, claim && claimInWords(claim), reclaim && reclaimInWords(reclaim)]
  return parts.filter((part) => part !== undefined).join('; ')
}

function fundingInWords(decision: Decision): string {
  if (decision.action === 'top-up') return `top up by ${sourceInWords(decision)}`
  if (decision.action === 'propose') return `asks to top up by ${sourceInWords(decision)}`
  return holdInWords(decision, decision.missing)
}

/** The reason of a hold with what it saw, and what is missing. */
export function holdInWords(decision: Decision & { action: 'hold' }, missing: bigint | undefined): string {
  const facts = holdFacts(decision)
  const words = facts === null ? reasonInWords[decision.reason] : `${reasonInWords[decision.reason]} (${facts})`
  return missing === undefined ? words : `${words}: ${og(missing)} missing`
}

/** An amount, and the part of it that comes out of a pending refund. */
function sourceInWords({ amount, fromRefund }: { amount: bigint; fromRefund: bigint }): string {
  if (fromRefund === 0n) return og(amount)
  if (fromRefund === amount) return `${og(amount)}, taken back from its pending refund`
  return `${og(amount)}, ${og(fromRefund)} of it taken back from its pending refund`
}

function claimInWords({ amount, wait }: ClaimDecision): string {
  return wait === null ? `claims ${og(amount)}` : `${og(amount)} to claim: ${waitInWords[wait]}`
}

/** What happens to the money of a sub-account while it is idle. */
export function reclaimInWords({ amount, idleFrom, wait }: ReclaimDecision): string {
  if (wait === null) return `idle: asks ${og(amount)} back`
  if (wait === 'in-use' || wait === 'use-unknown')
    return `${reclaimHoldInWords[wait]}${idleFrom === null ? '' : `, idle from ${moment(idleFrom)}`}`
  return `idle: ${reclaimHoldInWords[wait]}`
}

const reclaimHoldInWords = {
  'in-use': 'in use',
  'use-unknown': 'its use is not known for long enough',
  'fee-owed': 'its provider has not charged everything yet',
  reclaiming: 'its refund is on its way to the ledger',
  'nothing-free': 'nothing is left to ask back',
  'not-needed': 'the ledger needs nothing',
  queued: 'another sub-account gives back first',
  'in-flight': 'a transaction is on its way',
  paused: 'paused',
  'stale-reading': 'the last readings of the chain failed',
  'journal-unavailable': 'the journal takes no records for now',
  'unknown-pending': 'another transaction of this wallet is pending that the journal does not know',
  'foreign-transaction': 'another program with the key has just sent a transaction',
  dust: 'what is free is less than the gas that it costs',
  'gas-unread': 'the gas price could not be read yet',
  'fees-high': 'the chain asks for higher fees than allowed',
  'gas-short': 'the wallet has too little gas for it and for a full exit',
  'backing-off': 'the last attempt failed; it is tried again later',
} satisfies Record<ReclaimHold, string>

const waitInWords = {
  'topping-up': 'a top-up goes first',
  'in-flight': 'a transaction is on its way',
  paused: 'paused',
  'stale-reading': 'the last readings of the chain failed',
  dust: 'it is less than the gas that it costs',
  'gas-unread': 'the gas price could not be read yet',
  'gas-short': 'the wallet has too little gas for it and for a full exit',
  'backing-off': 'the last attempt failed; it is tried again later',
} satisfies Record<ClaimHold, string>
