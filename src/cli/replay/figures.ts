import type { ServiceType } from '../../index.ts'
import type { Books } from './accounts.ts'
import { sum } from '../../../machines/wei.ts'

/** What the policy sent, or what the recording shows. Amounts in wei. */
export type Figures = {
  topUps: number
  paid: bigint
  /** Into the ledger: those of the policy where it has auto-deposit, or else the recorded ones. */
  deposits: number
  deposited: bigint
  /** How often money was asked back from sub-accounts, and what came back to the ledger. */
  requests: number
  claimed: bigint
  /** The least that a ledger must hold to pay all top-ups without a deposit. */
  smallestLedger: bigint
  /** Seconds with less available than the provider wants, over all sub-accounts. */
  secondsBelow: number
  subAccounts: readonly AccountFigures[]
}

export type AccountFigures = {
  provider: string
  serviceType: ServiceType
  topUps: number
  paid: bigint
  requests: number
  claimed: bigint
  charged: bigint
  /** Charges that the balance could not pay. */
  unpaid: bigint
  secondsBelow: number
}

/** Adds up the figures of all sub-accounts. */
export function figuresOf({ accounts, deposits }: Books, smallestLedger: bigint): Figures {
  const subAccounts = [...accounts.values()].map(
    ({ provider, serviceType, topUps, paid, requests, claimed, charged, unpaid, secondsBelow }): AccountFigures => {
      return { provider, serviceType, topUps, paid, requests, claimed, charged, unpaid, secondsBelow }
    },
  )
  return {
    topUps: subAccounts.reduce((count, one) => count + one.topUps, 0),
    paid: sum(subAccounts.map(({ paid }) => paid)),
    deposits: deposits.length,
    deposited: sum(deposits.map(({ amount }) => amount)),
    requests: subAccounts.reduce((count, one) => count + one.requests, 0),
    claimed: sum(subAccounts.map(({ claimed }) => claimed)),
    smallestLedger,
    secondsBelow: subAccounts.reduce((total, one) => total + one.secondsBelow, 0),
    subAccounts,
  }
}
