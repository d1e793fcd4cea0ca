import { subAccountView, type SubAccountView } from '../../machines/index.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { weiNumber } from './wei-number.ts'
import type {
  AutoFundingStatus,
  Broker,
  BrokerCounts,
  Decision,
  DepositDecision,
  HistogramCounts,
  Plan,
  WalletStanding,
} from '../index.ts'
import { labelsOf, noLabels, withLabels, type Labels } from './family.ts'
import type { FamilyName } from './families.ts'

/** Receives the samples of one wallet. `suffix` is a histogram's `_bucket`, `_sum` or `_count`. */
export type Collect = (family: FamilyName, labels: Labels, value: number, suffix?: string) => void

/** Collects what a broker knows now. It reads nothing from the chain. */
export type Collector = (collect: Collect) => void

/** A wallet has far fewer; of more, the rest is left out. */
const MOST_SUB_ACCOUNTS = 1_000
const STATES = ['none', 'created', 'funded', 'low', 'refunding', 'closed'] as const
const CLOSING_STATES = ['revoking', 'retrieving', 'waiting', 'withdrawing', 'deleting'] as const

export type CollectorOptions = {
  broker: Broker
  version: string
}

/** One per broker: it keeps the rendered labels of its sub-accounts. */
export function createCollector({ broker, version }: CollectorOptions): Collector {
  const info = labelsOf({ version, chain_id: String(broker.network.chainId) })
  const known = new Map<string, AccountLabels>()
  const closingLabels = CLOSING_STATES.map((state) => [state, labelsOf({ state })] as const)
  const [ofLedger, ofGas] = [labelsOf({ of: 'ledger' }), labelsOf({ of: 'gas' })]

  return (collect) => {
    const { block, ageMs, intervalMs } = broker.positions$.status
    const plan = broker.latest()
    collect('info', info, 1)
    collect('up', noLabels, ageMs !== null && ageMs <= 3 * intervalMs ? 1 : 0)
    if (block !== null) collect('positionBlock', noLabels, block)
    if (plan) collectPosition(plan, collect)
    const { subAccounts, autoFunding, closing, endpoints } = broker.standing()
    collectAccounts(plan, { subAccounts, autoFunding }, collect)
    for (const [state, labels] of closingLabels) collect('closing', labels, closing?.state === state ? 1 : 0)
    collectCounts(broker.counts(), collect)
    for (const { provider, held, aborted, retried, answered } of endpoints) {
      for (const [result, count] of Object.entries({ held, aborted, retried }))
        collect('rejectedRequests', labelsOf({ provider, result }), count)
      // What was retried and not answered was rejected again, or is under way.
      collect('retriedRequests', labelsOf({ provider, result: 'answered' }), answered)
    }
  }

  function collectPosition(plan: Plan, collect: Collect): void {
    const { block, wallet, ledger } = plan.position
    const { ledgerDryAt, gasDryAt } = broker.forecastAt(plan)
    collect('positionTimestamp', noLabels, block.timestamp)
    if (ledger) {
      collect('available', noLabels, weiNumber(ledger.available))
      collect('locked', noLabels, weiNumber(ledger.locked))
    }
    collect('walletBalance', noLabels, weiNumber(wallet.balance))
    if (ledgerDryAt !== null) collect('runway', ofLedger, Math.max(0, ledgerDryAt - block.timestamp))
    if (gasDryAt !== null) collect('runway', ofGas, Math.max(0, gasDryAt - block.timestamp))
    // Auto-deposit is a row of the plan: that of the ledger.
    if (plan.deposit) collect('decision', depositLabels(plan.deposit), 1)
    if (plan.budgetLeft !== undefined) collect('budgetRemaining', OF_ALL, weiNumber(plan.budgetLeft))
  }

  function collectAccounts(plan: Plan | null, { subAccounts, autoFunding }: Accounts, collect: Collect): void {
    const decisions = byKey(plan?.decisions ?? [])
    const statuses = byKey(autoFunding)
    for (const snapshot of subAccounts.slice(0, MOST_SUB_ACCOUNTS)) {
      const view = subAccountView(snapshot)
      const key = keyOf(view)
      const labels = known.get(key) ?? accountLabels(view)
      known.set(key, labels)
      const isKnown = snapshot.context.reading !== null
      collectAccount({ view, labels, isKnown, decision: decisions.get(key), status: statuses.get(key) }, collect)
    }
  }
}

type Accounts = Pick<WalletStanding, 'subAccounts' | 'autoFunding'>

const OF_ALL = labelsOf({ scope: 'all' })

/** Rendered once for each sub-account. */
type AccountLabels = {
  base: Labels
  budget: Labels
  states: readonly (readonly [string, Labels])[]
  decision: Map<string, Labels>
}

function accountLabels({ provider, serviceType }: SubAccountId): AccountLabels {
  const base = labelsOf({ provider, service: serviceType })
  const budget = withLabels(base, { scope: 'provider' })
  return {
    base,
    budget,
    states: STATES.map((state) => [state, withLabels(base, { state })] as const),
    decision: new Map(),
  }
}

type Account = {
  view: SubAccountView
  labels: AccountLabels
  /** A position has shown it, or has shown that it does not exist. */
  isKnown: boolean
  decision: Decision | undefined
  status: AutoFundingStatus | undefined
}

function collectAccount({ view, labels, isKnown, decision, status }: Account, collect: Collect): void {
  const { base } = labels
  if (isKnown && view.state !== 'none' && view.state !== 'closed') {
    collect('balance', base, weiNumber(view.balance))
    collect('subAvailable', base, weiNumber(view.available))
    collect('pendingRefund', base, weiNumber(view.pendingRefund))
    if (view.unlocksAt !== null) collect('refundUnlock', base, view.unlocksAt)
  }
  for (const [state, of] of labels.states) collect('state', of, state === view.state ? 1 : 0)
  if (status && status.feeAt !== null) collect('unsettledFee', base, weiNumber(status.unsettledFee))
  if (!decision) return
  collect('required', base, weiNumber(decision.required))
  if (decision.runway !== null) collect('subRunway', base, decision.runway)
  collect('decision', decisionLabels(labels, decision), 1)
  const { budgetLeft } = decision.limits
  if (budgetLeft !== null) collect('budgetRemaining', labels.budget, weiNumber(budgetLeft))
}

function decisionLabels({ base, decision: known }: AccountLabels, decision: Decision): Labels {
  const reason = decision.action === 'hold' ? decision.reason : ''
  const key = `${decision.action} ${reason}`
  const labels = known.get(key) ?? withLabels(base, { action: decision.action, reason })
  known.set(key, labels)
  return labels
}

const depositLabels = (deposit: DepositDecision): Labels =>
  labelsOf({ service: 'ledger', action: deposit.action, reason: deposit.action === 'hold' ? deposit.reason : '' })

function collectCounts(counts: BrokerCounts, collect: Collect): void {
  for (const { kind, count, oldest, unresolved } of counts.inFlight) {
    const labels = labelsOf({ kind })
    collect('inFlight', labels, count)
    if (count > 0) collect('oldest', labels, oldest)
    collect('unresolved', labels, unresolved)
  }
  for (const [result, count] of Object.entries(counts.readings)) collect('readings', labelsOf({ result }), count)
  for (const { action, reason, count } of counts.decisions) collect('decisions', labelsOf({ action, reason }), count)
  for (const { provider, serviceType: service, result, count, amount } of counts.topUps) {
    const labels = labelsOf({ provider, service, result })
    collect('topUps', labels, count)
    if (result === 'mined') collect('toppedUp', labels, weiNumber(amount))
  }
  for (const { provider, serviceType: service, amount } of counts.charged)
    collect('charged', labelsOf({ provider, service }), weiNumber(amount))
  for (const { kind, result, count, fee } of counts.transactions) {
    const labels = labelsOf({ kind, result })
    collect('transactions', labels, count)
    if (fee > 0n) collect('gasSpent', labels, weiNumber(fee))
  }
  for (const { kind, count } of counts.replacements) collect('replacements', labelsOf({ kind }), count)
  for (const { kind, reason, count } of counts.refusals) collect('refusals', labelsOf({ kind, reason }), count)
  for (const { kind, count } of counts.reorganised) collect('reorganised', labelsOf({ kind }), count)
  for (const { method, result, count } of counts.rpcRequests)
    collect('rpcRequests', labelsOf({ method, result }), count)
  for (const { provider, result, count } of counts.providerRequests)
    collect('providerRequests', labelsOf({ provider, result }), count)
  collectHistogram('readingDuration', counts.readingSeconds, collect)
  collectHistogram('confirmation', counts.confirmationSeconds, collect)
  collectHistogram('reaction', counts.reactionSeconds, collect)
  collectHistogram('journalAppend', counts.journalAppendSeconds, collect)
}

function collectHistogram(family: FamilyName, { bounds, counts, sum, count }: HistogramCounts, collect: Collect): void {
  for (const [at, bound] of bounds.entries())
    collect(family, labelsOf({ le: boundText(bound) }), counts[at] ?? 0, '_bucket')
  collect(family, LE_ALL, count, '_bucket')
  collect(family, noLabels, sum, '_sum')
  collect(family, noLabels, count, '_count')
}

const LE_ALL = labelsOf({ le: '+Inf' })

/** Both formats read `1.0`, and OpenMetrics wants it. */
const boundText = (bound: number): string => (Number.isInteger(bound) ? `${bound}.0` : String(bound))

const byKey = <T extends SubAccountId>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [keyOf(one), one]))
