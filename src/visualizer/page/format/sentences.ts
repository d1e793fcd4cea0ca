import type { Entry, FactStated, TransactionChanged } from '../../protocol.ts'
import { change, inOg } from './amounts.ts'
import { actionWords, count, depositStateWords, fundingWords, stateWords } from './words.ts'
import { depositReasonWords, reasonWords } from './hold-reasons.ts'

/** An entry in words. `subject` is the key of a sub-account. */
export type Sentence = { text: string; subject: string | null; hash: string | null }

export function sentenceOf(entry: Entry): Sentence {
  switch (entry.kind) {
    case 'position':
      return sentence(entry.block ? `Read block ${entry.block.number.toLocaleString('en')}` : 'Read the position')
    case 'fact':
      return sentence(factWords(entry), entry.subject)
    case 'transition': {
      const words = wordsOf[entry.machine] ?? {}
      const [from, to] = [words[entry.from] ?? entry.from, words[entry.to] ?? entry.to]
      return sentence(`${nameOf[entry.machine] ?? ''}${from} → ${to}`, entry.actor)
    }
    case 'decision': {
      const { action, reason, amount, subAccount } = entry
      if (action === 'top-up') return sentence(`Decided to top up ${inOg(amount ?? '0')} OG`, subAccount)
      if (action === 'propose') return sentence(`Asks to top up ${inOg(amount ?? '0')} OG`, subAccount)
      if (reason === null || reason === 'sufficient') return sentence('Nothing is due', subAccount)
      return sentence(`Holds: ${reasonWords(reason).short}`, subAccount)
    }
    case 'deposit': {
      const { action, reason, amount } = entry
      if (action === null) return sentence('Auto-deposit is off')
      if (action !== 'hold')
        return sentence(`${action === 'deposit' ? 'Decided' : 'Asks'} to deposit ${inOg(amount ?? '0')} OG`)
      if (reason === null || reason === 'sufficient') return sentence('No deposit is due')
      return sentence(`Deposits hold: ${depositReasonWords(reason).short}`)
    }
    case 'transaction':
      return { text: transactionWords(entry), subject: entry.subAccount, hash: entry.hash }
    case 'failure': {
      const times = entry.failures > 1 ? ` (${count(entry.failures, 'time')} in a row)` : ''
      return sentence(`The chain could not be read${times}: ${entry.error}`)
    }
    case 'control': {
      const { action, outcome, message, subAccount } = entry
      const words = { asked: 'asked for', done: 'done', failed: 'failed' }[outcome]
      return sentence(`${actionWords[action]}: ${words}${message ? `. ${message}` : ''}`, subAccount)
    }
    default:
      return entry satisfies never
  }
}

function factWords({ fact, change: by, subject }: FactStated): string {
  if (fact === 'balance.changed') return `${subject === 'wallet' ? 'Wallet' : 'Ledger'} ${change(by)} OG`
  const amount = BigInt(by)
  const moved = amount < 0n ? `Charged ${inOg(`${-amount}`)} OG` : amount > 0n ? `Received ${inOg(by)} OG` : null
  switch (fact) {
    case 'account.gone':
      return 'Closed'
    case 'account.empty':
      return moved ? `${moved}: empty` : 'Empty'
    case 'balance.low':
      return moved ? `${moved}: less than required is left` : 'Less than required is available'
    case 'balance.ample':
      return moved ?? 'Enough is available'
    case 'refund.locked':
      return 'A refund is locked'
    case 'refund.claimable':
      return 'A refund can be claimed'
    default:
      return fact satisfies never
  }
}

function transactionWords({ value, operation, amount, blockNumber }: TransactionChanged): string {
  const what = operations[operation] ?? operation
  const name = amount === '0' ? what : `${what} ${inOg(amount)} OG`
  const place = blockNumber === null ? '' : ` in block ${blockNumber.toLocaleString('en')}`
  return `${name}: ${outcomes[value] ?? value}${place}`
}

const sentence = (text: string, subject: string | null = null): Sentence => ({ text, subject, hash: null })

/** The contract's functions in words. */
const operations: Readonly<Record<string, string>> = {
  addLedger: 'Open the ledger with',
  depositFund: 'Deposit',
  depositFundFor: 'Deposit for another wallet',
  transferFund: 'Transfer',
  retrieveFund: 'Retrieve',
  refund: 'Withdraw',
  deleteLedger: 'Delete the ledger',
  updateAdditionalInfo: "Change the ledger's info",
  acknowledgeTEESigner: "Acknowledge the provider's signer",
  revokeToken: 'Revoke an API token',
  revokeTokens: 'Revoke API tokens',
  revokeAllTokens: 'Revoke all API tokens',
}

const outcomes: Readonly<Record<string, string>> = {
  prepared: 'on disk, not sent yet',
  broadcast: 'on its way',
  mined: 'mined',
  reverted: 'reverted',
  superseded: 'its nonce went to another transaction',
  refused: 'the node refused it, and it is not sent',
}

const wordsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  subAccount: stateWords,
  autoFunding: fundingWords,
  autoDeposit: depositStateWords,
}

const nameOf: Readonly<Record<string, string>> = {
  autoFunding: 'Auto-funding: ',
  autoDeposit: 'Auto-deposit: ',
  transaction: 'Transaction: ',
  ledger: 'Ledger: ',
}
