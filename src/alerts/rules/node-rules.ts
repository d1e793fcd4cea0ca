import { sentenceOf } from '../../base/error-sentence.ts'
import { redact } from '../../base/redact.ts'
import { OgLedgerError } from '../../index.ts'
import { durationInWords } from '../words.ts'
import type { Finding } from '../alert.types.ts'
import type { OpenTransaction } from '../situation.ts'
import { type Rule } from './rule.ts'

/** Readings fail: nothing is known of the money, and nothing is paid. */
export const staleReading: Rule = {
  name: 'stale-reading',
  defaults: { forSeconds: 300, severity: 'critical', belowSeconds: 0 },
  find({ readingError, block }, { severity }) {
    if (readingError === null) return block === null ? null : []
    return [
      {
        severity,
        summary: 'The chain cannot be read',
        outlook: `${reasonInWords(readingError)} ${block === null ? 'No position was read yet' : `The newest position is that of block ${block}`}: until a reading succeeds nothing is topped up.`,
        action: 'Check the node and the connection to it; the log has the error.',
        resolution: 'The chain is read again',
      },
    ]
  },
}

/** A transaction was sent, and no block has it. */
export const stuckTransaction: Rule = {
  name: 'stuck-transaction',
  defaults: { forSeconds: 300, severity: 'warning', belowSeconds: 0 },
  find({ transactions }, { severity, forSeconds }) {
    if (!transactions) return null
    const sent = transactions.filter(({ hash }) => hash !== null)
    return sent.map((one): Finding => {
      const fees = one.hashes > 1 ? `, its fee was raised ${one.hashes === 2 ? 'once' : `${one.hashes - 1} times`}` : ''
      return {
        severity,
        transaction: one.id,
        summary: `A transaction is not mined after ${durationInWords(forSeconds)}: ${nameOf(one)}`,
        outlook: `It is sent again until a block has it${fees}. What it is about is held so long, and nothing is paid twice.`,
        action: 'og-ledger transactions',
        resolution: `The transaction has an outcome: ${nameOf(one)}`,
      }
    })
  },
}

/** The wallet was asked to send, and did not say whether it did: a person may still look at its question. */
export const unresolvedIntent: Rule = {
  name: 'unresolved-intent',
  defaults: { forSeconds: 300, severity: 'critical', belowSeconds: 0 },
  find({ transactions, plan }, { severity }) {
    if (!transactions) return null
    const silent = transactions
      .filter(({ hash }) => hash === null)
      .map((one): Finding => ({
        severity,
        transaction: one.id,
        reason: 'unresolved-intent',
        summary: `A wallet did not say whether it sent a transaction: ${nameOf(one)}`,
        outlook: 'What it is about is held until the chain or a person says what became of it.',
        action: `Look it up in the wallet, then type: og-ledger transactions --resolve ${one.id} --hash HASH, or --not-sent instead of the hash`,
        resolution: `The transaction has an outcome: ${nameOf(one)}`,
      }))
    const isUnknown = plan?.decisions.some((one) => one.action === 'hold' && one.reason === 'unknown-pending')
    if (!isUnknown) return silent
    const unknown: Finding = {
      severity,
      reason: 'unknown-pending',
      summary: 'A transaction of this wallet is pending that the journal does not know',
      outlook: 'Everything that pays is held until the chain shows what it did.',
      action: 'Find out which program sends with the same key, and see: og-ledger transactions',
      resolution: 'No unknown transaction of this wallet is pending any more',
    }
    return [...silent, unknown]
  },
}

const nameOf = ({ operation, nonce }: OpenTransaction): string => `${operation}, nonce ${nonce}`

/** An error that is not og-ledger's may hold a URL. */
function reasonInWords(error: Error): string {
  return error instanceof OgLedgerError ? redact(sentenceOf(error), REASON) : 'The reading failed.'
}

const REASON = { urls: 'nothing', oneLine: true, length: 300 } as const
