import type { LedgerPosition, Plan, Position, ServiceType, SubAccountPosition } from '../index.ts'
import { mapReading, type Reading } from './reading.ts'
import { useSelected } from './use-selected.ts'

/**
 * The position of the wallet, or a part of it. It is read while a component follows it.
 *
 * @param select what the component shows; it renders again only where that changes
 *
 * @example
 * const { data: gas, status } = usePosition(({ wallet }) => wallet.balance)
 */
export function usePosition(): Reading<Position>
export function usePosition<Selected>(select: (position: Position) => Selected): Reading<Selected>
export function usePosition<Selected>(select?: (position: Position) => Selected): Reading<Position | Selected> {
  return useSelected('position', ({ position }) => (select ? mapReading(position, select) : position))
}

/**
 * What is to be done about each sub-account, and why nothing is; or a part of it, as for `usePosition`.
 *
 * @example
 * const { data } = usePlan()
 * show(data?.shortfall)
 */
export function usePlan(): Reading<Plan>
export function usePlan<Selected>(select: (plan: Plan) => Selected): Reading<Selected>
export function usePlan<Selected>(select?: (plan: Plan) => Selected): Reading<Plan | Selected> {
  return useSelected('plan', ({ plan }) => (select ? mapReading(plan, select) : plan))
}

/**
 * The wallet's ledger; `data` is null where the contract says that there is none.
 *
 * @example
 * const { data, status } = useLedger()
 */
export function useLedger(): Reading<LedgerPosition | null>
export function useLedger<Selected>(select: (ledger: LedgerPosition | null) => Selected): Reading<Selected>
export function useLedger<Selected>(
  select?: (ledger: LedgerPosition | null) => Selected,
): Reading<LedgerPosition | null | Selected> {
  return useSelected('position', ({ position }) =>
    mapReading(position, ({ ledger }) => (select ? select(ledger) : ledger)),
  )
}

/**
 * A sub-account, or a part of it; `data` is null where the contract says that there is none.
 *
 * @example
 * const { data } = useSubAccount(provider, 'inference')
 */
export function useSubAccount(provider: string, serviceType?: ServiceType): Reading<SubAccountPosition | null>
export function useSubAccount<Selected>(
  provider: string,
  serviceType: ServiceType,
  select: (account: SubAccountPosition | null) => Selected,
): Reading<Selected>
export function useSubAccount<Selected>(
  provider: string,
  serviceType: ServiceType = 'inference',
  select?: (account: SubAccountPosition | null) => Selected,
): Reading<SubAccountPosition | null | Selected> {
  return useSelected('position', ({ position }) =>
    mapReading(position, ({ subAccounts }) => {
      const isThis = (one: SubAccountPosition): boolean =>
        one.serviceType === serviceType && one.provider.toLowerCase() === provider.toLowerCase()
      const account = subAccounts.find(isThis) ?? null
      return select ? select(account) : account
    }),
  )
}
