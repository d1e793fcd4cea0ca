import type { HoldReason } from '../machines/auto-funding/auto-funding.types.ts'
import { sentenceOf } from './base/error-sentence.ts'
import { OgLedgerError } from './base/og-ledger-error.ts'
import { levelsOf } from './base/levels.ts'
import { redact } from './base/redact.ts'
import type { Broker } from './broker.types.ts'
import type { Plan } from './funding/plan.ts'

/** Whether a broker does its work: `fail` where a restart or another machine may help, `warn` where a person must. */
export type Health = {
  status: HealthStatus
  checks: {
    /** Positions are read: it fails once the newest is older than three intervals, before the first, and once none can succeed. */
    reading: ReadingCheck
    /**
     * The journal can be written, as far as the last record shows: without it nothing is sent. It passes without a signer, and warns
     * where the key that deposits for this wallet can send nothing.
     */
    journal: HealthCheck
    /** The ledger can pay what is due. */
    ledger: HealthCheck
    /** The wallet can pay gas. */
    gas: HealthCheck
    /** Nodes take every transaction, none is unresolved or older than five minutes, and no other program sends for this wallet. */
    transactions: HealthCheck
  }
}

export type HealthStatus = 'pass' | 'warn' | 'fail'

/** `message` says what is wrong, in one line without credentials. */
export type HealthCheck = { status: HealthStatus; message?: string }

/** Ages in seconds; null before the first reading, and while readings succeed. */
export type ReadingCheck = HealthCheck & { block: number | null; age: number | null; failingFor: number | null }

const POLLED = "The provider's socket is closed: blocks are polled, and another one is being opened."
const MOST_INTERVALS = 3
const STUCK_SECONDS = 300
const LONGEST_MESSAGE = 300

/**
 * The health of a broker, from what it knows: nothing is read for it. A short ledger is a warning, because a restart funds nothing.
 *
 * @example
 * response.writeHead(health(broker).status === 'fail' ? 503 : 200)
 */
export function health(broker: Broker): Health {
  const plan = broker.latest()
  const checks = {
    reading: readingOf(broker),
    journal: journalOf(broker),
    ledger: ledgerOf(plan),
    gas: gasOf(plan),
    transactions: transactionsOf(broker, plan),
  }
  const all = Object.values(checks).map(({ status }) => status)
  return { status: all.includes('fail') ? 'fail' : all.includes('warn') ? 'warn' : 'pass', checks }
}

function readingOf({ positions$ }: Broker): ReadingCheck {
  const { block, ageMs, failingForMs, intervalMs, error, failures, socket } = positions$.status
  const facts = { block, age: secondsOf(ageMs), failingFor: secondsOf(failingForMs) }
  // No later reading can succeed, as where a socket is closed.
  const isOver = error instanceof OgLedgerError && !error.retryable
  const isOld = ageMs === null || isOver || ageMs > MOST_INTERVALS * intervalMs
  if (!isOld && failures === 0)
    return socket === 'closed' ? { status: 'warn', ...facts, message: POLLED } : { status: 'pass', ...facts }
  const why = error ? ` ${sentenceOf(error)}` : ''
  if (!isOld) return { status: 'warn', ...facts, message: line(`The last reading failed.${why}`) }
  const since = ageMs === null ? 'No position was read yet.' : `The newest position was read ${facts.age} s ago.`
  return { status: 'fail', ...facts, message: line(`${since}${why}`) }
}

function journalOf(broker: Broker): HealthCheck {
  const refusal = broker.refusal()
  if (refusal) return { status: 'fail', message: line(`Nothing can be sent. ${sentenceOf(refusal)}`) }
  const ofPayer = broker.standing().autoDeposit?.payerRefusal
  if (ofPayer) return { status: 'warn', message: line(`No deposit can be sent. ${sentenceOf(ofPayer)}`) }
  return PASS
}

function ledgerOf(plan: Plan | null): HealthCheck {
  if (!plan) return PASS
  if (levelsOf(plan).isLedgerShort)
    return { status: 'warn', message: 'The ledger cannot pay all that is due: deposit into it.' }
  return PASS
}

function gasOf(plan: Plan | null): HealthCheck {
  if (!plan) return PASS
  const { isGasHeld, isBelowReserve } = levelsOf(plan)
  if (isGasHeld || isBelowReserve)
    return { status: 'warn', message: 'The wallet has too little for gas: send it some.' }
  return PASS
}

function transactionsOf(broker: Broker, plan: Plan | null): HealthCheck {
  const { inFlight } = broker.counts()
  if (inFlight.some(({ unresolved, oldest }) => unresolved > 0 && oldest > STUCK_SECONDS))
    return { status: 'warn', message: 'A wallet did not say whether it sent a transaction: look, and resolve it.' }
  if (inFlight.some(({ oldest }) => oldest > STUCK_SECONDS))
    return { status: 'warn', message: `A transaction is not mined after ${STUCK_SECONDS} s.` }
  const refusal = refusalOf(broker)
  if (refusal !== null) return { status: 'warn', message: line(`The node does not take a transaction: ${refusal}`) }
  if (plan && holdsFor(plan, ['unknown-pending', 'foreign-transaction']))
    return { status: 'warn', message: 'Another program sends transactions of this wallet.' }
  if (plan && holdsFor(plan, ['nonce-spent']))
    return { status: 'warn', message: 'The nonce of a transaction is spent, and it is not final by which one.' }
  return PASS
}

/** The words of a node about a transaction that it does not take now. */
function refusalOf(broker: Broker): string | null {
  for (const actor of broker.transactions()) {
    const snapshot = actor.getSnapshot()
    if (snapshot.hasTag('open') && snapshot.context.refusal) return snapshot.context.refusal.message
  }
  return null
}

const PASS: HealthCheck = { status: 'pass' }

function holdsFor({ decisions }: Plan, reasons: readonly HoldReason[]): boolean {
  return decisions.some((one) => one.action === 'hold' && reasons.includes(one.reason))
}

const secondsOf = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1_000))

const line = (message: string): string =>
  redact(message, { urls: 'host', hex: 'beginning', tokens: true, oneLine: true, length: LONGEST_MESSAGE })
