import type { AutoFundingStatus, Broker, Forecast, Plan } from '../index.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { pathOf } from './actors.ts'
import * as changes from './changes.ts'
import type { Notes } from './notes.ts'
import { safeMessage } from './safe-message.ts'
import type { Services } from './services.ts'
import type { DepositState, PlanState, SubAccountRef } from './protocol.ts'
import {
  accountOf,
  accountWith,
  amountsIn,
  autoDepositOf,
  closingOf,
  depositOf,
  elsewhereOf,
  feeOf,
  forecastOf,
  fundingOf,
  ledgerOf,
  planOf,
  wei,
} from './views.ts'

/** Notes the decisions of a plan that differ from the last plan's. */
export function noteDecisions(notes: Notes, plan: Plan): void {
  noteDeposit(notes, plan)
  for (const decision of plan.decisions) {
    const row = planOf(decision)
    if (isSame(row, notes.state().subAccounts[keyOf(decision)]?.plan)) continue
    const { action, reason, amount } = row
    const happening = { kind: 'decision', subAccount: keyOf(decision), action, reason, amount } as const
    notes.note(
      happening,
      changes.subAccount(decision, () => ({ plan: row })),
    )
  }
}

/** Notes the decision for the ledger where it differs from the last plan's. */
function noteDeposit(notes: Notes, { deposit }: Plan): void {
  if (!deposit) return
  const row = depositOf(deposit)
  if (isSame(row, notes.state().deposit)) return
  const { action, reason, amount } = row
  notes.note({ kind: 'deposit', action, reason, amount }, changes.parts({ deposit: row }))
}

/** Notes everything that a position and its plan show. */
export function notePosition(
  notes: Notes,
  { broker, services }: { broker: Broker; services: Services },
  plan: Plan,
  forecast: Forecast,
): void {
  const { position, decisions, shortfall } = plan
  services.request(decisions, position.block.timestamp)
  const known = notes.state()
  const ledger = ledgerOf(position)
  const wallet = { address: position.wallet.address, balance: wei(position.wallet.balance) }
  const fact = (subject: string, change: bigint) =>
    notes.note({ kind: 'fact', subject, fact: 'balance.changed', change: wei(change) }, changes.noChange)
  if (known.block) {
    const inLedger = BigInt(ledger?.available ?? 0) - BigInt(known.ledger?.available ?? 0)
    const inWallet = BigInt(wallet.balance) - BigInt(known.wallet.balance)
    if (inLedger !== 0n) fact('ledger', inLedger)
    if (inWallet !== 0n) fact('wallet', inWallet)
  }
  const { dropped } = broker.positions$.status
  const dryAt = new Map(forecast.subAccounts.map((one) => [keyOf(one), one.dryAt]))
  const accounts = new Map(position.subAccounts.map((one) => [keyOf(one), accountOf(one)]))
  const plans = new Map(decisions.map((one) => [keyOf(one), planOf(one)]))
  const change = changes.all([
    changes.parts({
      block: position.block,
      wallet,
      ledger,
      elsewhere: elsewhereOf(position),
      reading: { failures: 0, error: null, dropped },
      forecast: forecastOf(forecast),
      shortfall: wei(shortfall),
      deposit: plan.deposit ? depositOf(plan.deposit) : null,
      closing: closingOf(broker.ledger.closingStatus()),
    }),
    ...idsIn(broker, position.subAccounts, decisions).map((id) =>
      changes.subAccount(id, ({ plan }) => ({
        account: accounts.get(keyOf(id)) ?? null,
        plan: plans.get(keyOf(id)) ?? plan,
        service: services.of(id),
        dryAt: dryAt.get(keyOf(id)) ?? null,
      })),
    ),
    ...autoFundingIn(broker),
    autoDepositIn(broker),
  ])
  notes.note({ kind: 'position' }, change)
}

/** The state of auto-funding. Its own part changes with its transitions; the provider's unsettled fee changes here. */
export function autoFundingIn(broker: Broker): changes.Change[] {
  return statusesOf(broker).map((status) =>
    changes.subAccount(status, ({ autoFunding }) => ({
      autoFunding: {
        ...(autoFunding ?? { value: status.state, edge: null, since: 0, ...fundingOf(status, null) }),
        ...feeOf(status),
      },
    })),
  )
}

/** The state of auto-deposit: as for auto-funding, its own part changes with its transitions. */
export function autoDepositIn({ ledger }: Broker): changes.Change {
  const status = ledger.autoDepositStatus()
  return (state) => {
    if (!status) return changes.parts({ autoDeposit: null })(state)
    const known = state.autoDeposit ?? { value: status.state, edge: null, since: 0, ...autoDepositOf(status, null) }
    const payerError = status.payerError === null ? null : safeMessage(status.payerError)
    return changes.parts({ autoDeposit: { ...known, payerError } })(state)
  }
}

/** The lifecycle states of actors that were started before the log. */
export function lifecyclesIn(broker: Broker): changes.Change[] {
  return broker.subAccounts().map((actor) => {
    const { value, context } = actor.getSnapshot()
    const lifecycle = { value: pathOf(value), edge: null, since: 0 }
    return changes.subAccount(context, () => ({ lifecycle, account: accountWith(amountsIn(context.reading), null) }))
  })
}

function idsIn(broker: Broker, ...lists: readonly (readonly SubAccountRef[])[]): SubAccountRef[] {
  const contexts = broker.subAccounts().map((actor) => actor.getSnapshot().context)
  const ids = [...contexts, ...lists.flat()].map(({ provider, serviceType }) => ({ provider, serviceType }))
  return [...new Map(ids.map((id) => [keyOf(id), id])).values()]
}

const statusesOf = ({ inference, fineTuning }: Broker): AutoFundingStatus[] => [
  ...inference.autoFundingStatus(),
  ...fineTuning.autoFundingStatus(),
]

type Row = Pick<PlanState | DepositState, 'action' | 'reason' | 'amount'>

function isSame(row: Row, known: Row | null | undefined): boolean {
  return row.action === known?.action && row.reason === known.reason && row.amount === known.amount
}
