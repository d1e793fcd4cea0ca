import { keyOf } from '../../../base/sub-account-key.ts'
import type { ControlRequest, State, SubAccountState } from '../../protocol.ts'
import { inOg, type Wei } from './amounts.ts'

/** What an amount may be at the moment: the most, why it is the most, and amounts that make sense. */
export type AmountLimits = { most: Wei; why: string; suggestions: readonly Suggestion[] }
export type Suggestion = { name: string; wei: Wei }

/** What a wallet keeps for gas when it deposits all of its OG. */
const FOR_GAS = 50_000_000_000_000_000n

/** Null for an action without an amount. They are of the present state: what a wallet has changes while a person types. */
export function amountLimits(request: ControlRequest, state: State): AmountLimits | null {
  if (request.action === 'deposit') return ofDeposit(state)
  return request.action === 'top-up' ? ofTopUp(state.subAccounts[keyOf(request)], state) : null
}

function ofDeposit({ wallet, forecast }: State): AmountLimits {
  const most = positive(BigInt(wallet.balance) - FOR_GAS)
  const needed = (forecast?.deposits ?? []).map(({ days, amount }) => ({
    name: days === 1 ? '1 day' : `${days} days`,
    wei: amount,
  }))
  const round = ['10', '50'].map((og) => ({ name: '', wei: `${BigInt(og) * 10n ** 18n}` as const }))
  const suggestions = fitting(needed, most)
  return {
    most,
    why: `the wallet has ${inOg(wallet.balance)} OG, and keeps ${inOg(`${FOR_GAS}`)} for gas`,
    suggestions: suggestions.length > 0 ? suggestions : fitting(round, most),
  }
}

function ofTopUp(one: SubAccountState | undefined, { ledger }: State): AmountLimits {
  const { plan, account } = one ?? {}
  const { ledgerReserve = '0', maxTopUp = null, budgetLeft = null } = plan?.limits ?? {}
  const inLedger = positive(BigInt(ledger?.available ?? 0) - BigInt(ledgerReserve))
  const bounds = [
    {
      most: inLedger,
      why: ledgerReserve === '0' ? 'the ledger has no more' : 'more would touch the reserve of the ledger',
    },
    ...(maxTopUp === null ? [] : [{ most: maxTopUp, why: 'one top-up may send no more' }]),
    ...(budgetLeft === null ? [] : [{ most: budgetLeft, why: 'no more is left of its budget in this window' }]),
  ]
  const { most, why } = bounds.reduce((least, bound) => (BigInt(bound.most) < BigInt(least.most) ? bound : least))
  const missing = positive(BigInt(plan?.target ?? 0) - BigInt(account?.available ?? 0))
  const day = BigInt(plan?.burnRate ?? 0) * 24n
  return {
    most,
    why,
    suggestions: fitting(
      [
        { name: 'to the target', wei: missing },
        { name: 'for a day', wei: `${day}` },
      ],
      most,
    ),
  }
}

/** Each amount once, without those that cannot be sent. */
function fitting(all: readonly Suggestion[], most: Wei): Suggestion[] {
  return all.filter(
    ({ wei }, index) =>
      BigInt(wei) > 0n && BigInt(wei) <= BigInt(most) && all.findIndex((one) => one.wei === wei) === index,
  )
}

const positive = (amount: bigint): Wei => `${amount > 0n ? amount : 0n}`
