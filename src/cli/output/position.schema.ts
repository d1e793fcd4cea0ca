import type { SubAccountView } from '../../../machines/index.ts'
import type { AutoDepositStatus, AutoFundingStatus, ClosingStatus, PendingRefund, Position } from '../../index.ts'
import {
  account,
  address,
  block,
  closingStep,
  count,
  failure,
  flag,
  hash,
  line,
  list,
  nullable,
  number,
  object,
  seconds,
  text,
  wei,
  type FieldsOf,
  type Schema,
} from './parts.ts'

const wallet = object({ address, balance: wei })
const ledger = nullable(object({ available: wei, total: wei, locked: wei, additionalInfo: text }))

const anomaly: Schema = {
  oneOf: [
    object({
      kind: { const: 'burn' },
      burn: wei,
      seconds: number,
      usual: wei,
      factor: number,
      until: seconds,
      option: text,
    }),
    object({ kind: { const: 'fee' }, unsettledFee: wei, cap: wei, option: text }),
  ],
}
/** Which of the last four there are depends on the action. */
const planned = {
  target: wei,
  deficit: wei,
  burnRate: { ...nullable(wei), description: 'wei per hour' },
  runway: { ...nullable(number), description: 'seconds' },
  action: { enum: ['top-up', 'propose', 'hold'] },
}
const why = {
  amount: wei,
  fromRefund: wei,
  reason: { ...text, description: 'why it is held: one of the reasons in docs/auto-funding.md' },
  missing: wei,
  anomaly,
  firstDay: object({ limit: wei, given: wei, until: nullable(seconds), option: text }),
  claim: object({ amount: wei, cost: wei, wait: nullable(text) }),
  reclaim: object({ amount: wei, cost: wei, idleFrom: nullable(seconds), wait: nullable(text) }),
}
const decision = object(
  {
    ...account,
    state: text,
    available: wei,
    pendingRefund: wei,
    required: wei,
    limits: object({ maxTopUp: nullable(wei), budgetLeft: nullable(wei), coolingUntil: seconds, ledgerReserve: wei }),
    ...planned,
  },
  why,
)
const depositLimits = object({
  maxDeposit: nullable(wei),
  maxLedger: nullable(wei),
  budgetLeft: nullable(wei),
  coolingUntil: seconds,
})
const deposit = object(
  {
    available: wei,
    due: wei,
    arriving: wei,
    spare: wei,
    trigger: wei,
    ...planned,
    action: { enum: ['deposit', 'propose', 'hold'] },
    limits: depositLimits,
  },
  { amount: wei, reason: text, missing: wei },
)
const sent = nullable(object({ amount: wei, transactionHash: hash, blockNumber: count }))
const actor = { state: text, reason: nullable(text), paid: wei, failure: nullable(failure) }
const autoFunding = {
  ...actor,
  topUps: count,
  lastTopUp: sent,
  unsettledFee: wei,
  feeError: nullable(text),
  feeAt: nullable(seconds),
  asOf: nullable(seconds),
  failingFor: nullable(number),
  refusal: nullable(object({ reason: text, message: text })),
} satisfies FieldsOf<Omit<AutoFundingStatus, 'provider' | 'serviceType'>>
const autoDeposit = {
  ...actor,
  deposits: count,
  lastDeposit: sent,
  payerError: nullable(text),
  payerRefusal: nullable({ type: 'object' }),
} satisfies FieldsOf<AutoDepositStatus>
const view = {
  ...account,
  state: text,
  refund: nullable({ enum: ['locked', 'claimable'] }),
  spendable: flag,
  balance: wei,
  pendingRefund: wei,
  available: wei,
  claimable: wei,
  required: wei,
  unlocksAt: nullable(seconds),
} satisfies FieldsOf<SubAccountView>
const subAccount = object({ ...view, plan: nullable(object(planned, why)) }, { autoFunding: object(autoFunding) })
const pendingRefund = {
  ...account,
  amount: wei,
  requestedAt: seconds,
  unlocksAt: seconds,
  claimable: flag,
  drained: wei,
} satisfies FieldsOf<PendingRefund>
const elsewhere = {
  ...account,
  service: text,
  lockTime: count,
  balance: wei,
  pendingRefund: wei,
  available: wei,
  claimable: wei,
  refunds: list(object({ amount: wei, createdAt: seconds, unlocksAt: seconds, claimable: flag })),
  acknowledged: flag,
  tokensRevoked: flag,
} satisfies FieldsOf<NonNullable<Position['elsewhere']>[number]>
export const closing = {
  since: { ...number, description: 'milliseconds since 1970' },
  block,
  state: text,
  step: closingStep,
  until: nullable(seconds),
  home: wei,
  locked: wei,
  subAccounts: count,
  hold: nullable(text),
  failure: nullable(failure),
} satisfies FieldsOf<ClosingStatus>
const forecast = { shortfall: wei, depositFor: object({ 1: wei, 7: wei, 30: wei }) }

/** The lines of commands that show a wallet. */
export const positionLines = [
  line(
    'position',
    'A wallet at one block, with what auto-funding does, or would do.',
    { block, wallet, ledger, subAccounts: list(subAccount), refunds: list(object(pendingRefund)) },
    {
      closing: object(closing),
      deposit,
      autoDeposit: object(autoDeposit),
      elsewhere: list(object(elsewhere)),
      ...forecast,
    },
  ),
  line(
    'plan',
    'A dry run.',
    {
      block,
      wallet,
      ledger,
      decisions: list(decision),
      ...forecast,
      burnRate: wei,
      ledgerDryAt: nullable(seconds),
      gasDryAt: nullable(seconds),
    },
    { deposit },
  ),
  line('refund', 'A pending refund.', pendingRefund),
  line('reading-failed', 'The chain could not be read.', {
    failures: count,
    block: nullable(count),
    error: text,
    age: { ...nullable(count), description: 'seconds since the last reading that did not fail' },
    failingFor: { ...nullable(count), description: 'seconds' },
  }),
]
