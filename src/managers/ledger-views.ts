import type { Position, ServiceType, SubAccountElsewhere, SubAccountPosition } from '../../machines/position.types.ts'
import { contractError } from '../base/contract-errors.ts'

/** A ledger's money, in wei. `available` (also called `balance`) is free; `locked` lies in sub-accounts. */
export type LedgerAccount = { balance: bigint; available: bigint; locked: bigint; totalBalance: bigint }

export type ProviderBalance = {
  provider: string
  balance: bigint
  pendingRefund: bigint
  /** `balance - pendingRefund`: what the provider may charge. */
  available: bigint
}

export type LedgerDetail = LedgerAccount & {
  additionalInfo: string
  inference: readonly SubAccountPosition[]
  fineTuning: readonly SubAccountPosition[]
  /** Sub-accounts that hold money in other versions of the services; left out where there is none. */
  elsewhere?: readonly SubAccountElsewhere[]
}

/** The ledger at a position. @throws LedgerNotExistsError where there is none */
export function ledgerIn({ ledger }: Position, wallet: string, operation = 'getLedger'): LedgerAccount {
  if (!ledger) throw contractError({ operation, errorName: 'LedgerNotExists', errorArgs: { user: wallet } })
  const { available, locked, total } = ledger
  return { balance: available, available, locked, totalBalance: total }
}

/** The ledger with every sub-account of both services. @throws LedgerNotExistsError where there is none */
export function ledgerDetailIn(position: Position, wallet: string): LedgerDetail {
  const { ledger, subAccounts, elsewhere } = position
  const ofType = (type: ServiceType) => subAccounts.filter(({ serviceType }) => serviceType === type)
  return {
    ...ledgerIn(position, wallet),
    additionalInfo: ledger?.additionalInfo ?? '',
    inference: ofType('inference'),
    fineTuning: ofType('fine-tuning'),
    ...(elsewhere && { elsewhere }),
  }
}

/** Providers of one service type that hold money. */
export function balancesIn({ subAccounts }: Position, type: ServiceType): ProviderBalance[] {
  return subAccounts
    .filter(({ serviceType, balance }) => serviceType === type && balance > 0n)
    .map(({ provider, balance, pendingRefund, available }) => ({ provider, balance, pendingRefund, available }))
}
