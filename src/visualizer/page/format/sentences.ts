import type { Entry, FactStated, TransactionChanged } from '../../protocol.ts'
import { change, inOg } from './amounts.ts'
import { actionWords, count, fundingWords, reasonWords, stateWords } from './words.ts'

/** What a line of the timeline is about: its colour and its sign. */
export type Tone = 'calm' | 'good' | 'low' | 'moving' | 'refund' | 'bad'

/** One thing that happened, as a person would tell it. `subject` is the key of a sub-account. */
export type Sentence = { tone: Tone; text: string; subject: string | null; hash: string | null }

export function sentenceOf(entry: Entry): Sentence {
  switch (entry.kind) {
    case 'position':
      return said('calm', entry.block ? `Read block ${entry.block.number.toLocaleString('en')}` : 'Read the position')
    case 'fact':
      return factSentence(entry)
    case 'transition': {
      const words = wordsOf[entry.machine] ?? {}
      const [from, to] = [words[entry.from] ?? entry.from, words[entry.to] ?? entry.to]
      const subject = entry.machine === 'transaction' ? null : entry.actor
      const name = entry.machine === 'autoFunding' ? 'Auto-funding' : entry.machine === 'ledger' ? 'Ledger' : null
      return said(toneOf[entry.to] ?? 'calm', `${name ? `${name}: ` : ''}${from} → ${to}`, subject)
    }
    case 'decision': {
      const { action, reason, amount, subAccount } = entry
      if (action === 'top-up') return said('moving', `Decided to top up ${inOg(amount ?? '0')} OG`, subAccount)
      if (action === 'propose') return said('moving', `Asks to top up ${inOg(amount ?? '0')} OG`, subAccount)
      if (reason === null || reason === 'sufficient') return said('calm', 'Nothing is due', subAccount)
      return said(troubling.has(reason) ? 'bad' : 'calm', `Holds: ${reasonWords(reason).short}`, subAccount)
    }
    case 'transaction':
      return transactionSentence(entry)
    case 'failure': {
      const times = entry.failures > 1 ? ` (${count(entry.failures, 'time')} in a row)` : ''
      return said('bad', `The chain could not be read${times}: ${entry.error}`)
    }
    case 'control': {
      const { action, outcome, message, subAccount } = entry
      const words = { asked: 'asked for', done: 'done', failed: 'failed' }[outcome]
      const tone = { asked: 'moving', done: 'good', failed: 'bad' } as const
      return said(tone[outcome], `${actionWords[action]}: ${words}${message ? `. ${message}` : ''}`, subAccount)
    }
    default:
      return entry satisfies never
  }
}

/** The contract's functions, as what they do. */
export const operationWords: Readonly<Record<string, string>> = {
  addLedger: 'Open the ledger',
  depositFund: 'Deposit',
  depositFundFor: 'Deposit for another wallet',
  transferFund: 'Transfer',
  retrieveFund: 'Retrieve',
  refund: 'Withdraw',
  deleteLedger: 'Delete the ledger',
}

function factSentence({ fact, change: by, subject }: FactStated): Sentence {
  if (fact === 'balance.changed') return said('calm', `${subject === 'wallet' ? 'Wallet' : 'Ledger'} ${change(by)} OG`)
  const amount = BigInt(by)
  const moved = amount < 0n ? `Charged ${inOg(`${-amount}`)} OG` : amount > 0n ? `Received ${inOg(by)} OG` : null
  switch (fact) {
    case 'account.gone':
      return said('calm', 'Closed', subject)
    case 'account.empty':
      return said('low', moved ? `${moved}: empty` : 'Empty', subject)
    case 'balance.low':
      return said('low', moved ? `${moved}: less than required is left` : 'Less than required is available', subject)
    case 'balance.ample':
      return said(amount < 0n ? 'calm' : 'good', moved ?? 'Enough is available', subject)
    case 'refund.locked':
      return said('refund', 'A refund is locked', subject)
    case 'refund.claimable':
      return said('refund', 'A refund can be claimed', subject)
    default:
      return fact satisfies never
  }
}

function transactionSentence({
  value,
  operation,
  amount,
  hash,
  subAccount,
  blockNumber,
}: TransactionChanged): Sentence {
  const what = operationWords[operation] ?? operation
  const name = BigInt(amount) === 0n ? what : `${what} ${inOg(amount)} OG`
  const place = blockNumber === null ? '' : ` in block ${blockNumber.toLocaleString('en')}`
  const ends: Readonly<Record<string, [Tone, string]>> = {
    prepared: ['calm', 'on disk, not sent yet'],
    broadcast: ['moving', 'on its way'],
    mined: ['good', `mined${place}`],
    reverted: ['bad', `reverted${place}`],
    superseded: ['bad', 'its nonce went to another transaction'],
  }
  const [tone, end] = ends[value] ?? ['calm', value]
  return { tone, text: `${name}: ${end}`, subject: subAccount, hash }
}

const said = (tone: Tone, text: string, subject: string | null = null): Sentence => ({
  tone,
  text,
  subject,
  hash: null,
})

const wordsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  subAccount: stateWords,
  autoFunding: fundingWords,
}

const toneOf: Readonly<Record<string, Tone>> = {
  funded: 'good',
  low: 'low',
  created: 'low',
  'refunding.locked': 'refund',
  'refunding.claimable': 'refund',
  toppingUp: 'moving',
  awaitingApproval: 'moving',
  settling: 'moving',
  mined: 'good',
  reverted: 'bad',
  superseded: 'bad',
}

/** Reasons that do not go away by themselves. */
const troubling = new Set([
  'stale-reading',
  'unresolved-intent',
  'provider-unregistered',
  'anomaly',
  'ledger-missing',
  'ledger-short',
  'reserve',
  'budget-exhausted',
  'over-max',
  'too-small',
  'gas-short',
  'backing-off',
])
