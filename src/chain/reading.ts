import type { Block, Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import type { Outcome } from './batch.ts'
import { decodeFineTuningAccount, subAccount } from './decode.ts'
import type { RawAccount } from './raw.types.ts'

/** The decoded answers about a wallet at one block. */
export type Reading = {
  block: Block
  gas: bigint
  ledger: Position['ledger']
  /** `pages` counts those of the contract's list. */
  accounts: { serviceType: ServiceType; lockTime: number; raw: RawAccount[]; pages: number }[]
  /** Fine-tuning accounts by provider, for their refunds. */
  details: Map<string, Outcome | undefined>
  /** Answers about other versions of the services: see OtherVersions. */
  elsewhere: (Outcome | undefined)[]
  /** Fine-tuning providers with refunds. */
  pending: string[]
}

/** Puts a wallet's position together. */
export function positionOf({ block, gas, ledger, accounts, details }: Reading, wallet: string): Position {
  return {
    block,
    wallet: { address: wallet, balance: gas },
    ledger,
    subAccounts: accounts.flatMap((service) => subAccountsOf(service, { block, details })),
  }
}

/** Puts the sub-accounts of one service together. */
export function subAccountsOf(
  { serviceType, lockTime, raw }: Omit<Reading['accounts'][number], 'pages'>,
  { block, details }: Pick<Reading, 'block' | 'details'>,
): SubAccountPosition[] {
  return raw.map((account) => {
    const detail = serviceType === 'fine-tuning' ? details.get(account.provider) : undefined
    const full =
      detail && isPending(account)
        ? { ...copy(account), refunds: decodeFineTuningAccount(detail).refunds ?? [] }
        : account
    return subAccount(full, serviceType, { timestamp: block.timestamp, lockTime })
  })
}

const isPending = ({ validRefundsLength }: RawAccount): boolean => validRefundsLength > 0n

/** The fine-tuning providers with refunds. */
export const pendingOf = (accounts: readonly RawAccount[]): string[] =>
  accounts.filter(isPending).map(({ provider }) => provider)

function copy({ provider, balance, pendingRefund, acknowledged, validRefundsLength }: RawAccount): RawAccount {
  return { provider, balance, pendingRefund, acknowledged, validRefundsLength }
}

/** What the ledger has locked and the known sub-accounts do not hold, in wei. */
export const missingIn = ({ ledger, subAccounts }: Pick<Position, 'ledger' | 'subAccounts'>): bigint =>
  (ledger?.locked ?? 0n) - sumOf(subAccounts)

export const sumOf = (accounts: readonly { balance: bigint }[]): bigint =>
  accounts.reduce((sum, { balance }) => sum + balance, 0n)
