import type { FundingConfig } from '../../src/cli/config/file.ts'
import type { Terms } from '../../src/cli/config/terms.ts'
import { ogToWei as og, type Position, type SubAccountPosition } from '../../src/index.ts'
import { EXACT } from './exact.ts'

export const MINUTE = 60

export function funded(provider: string, terms: Terms) {
  return { provider, service: 'inference' as const, terms: exactly(terms) }
}

export function policy(terms: Terms, more: Partial<FundingConfig> = {}): FundingConfig {
  return { defaults: exactly(terms), providers: null, ...more }
}

/** Up to the trigger, unless the terms say otherwise. */
function exactly(terms: Terms): Terms {
  const { target, minTopUp } = EXACT
  return { minTopUp, ...(!terms.runway && { target }), ...terms }
}

export function id(provider: string) {
  return { provider, serviceType: 'inference' as const }
}

type Amounts = { ledger: string; wallet?: string; [provider: string]: string | undefined }

/** One minute after another; amounts in OG. */
export function position(
  minute: number,
  { ledger, wallet = '100', ...balances }: Amounts,
  refund?: { pendingRefund: bigint; unlocksAt: number },
): Position {
  return {
    block: { number: minute, timestamp: minute * MINUTE },
    wallet: { address: 'wallet', balance: og(wallet) },
    ledger: { available: og(ledger), total: og(ledger), locked: 0n, additionalInfo: '' },
    subAccounts: Object.entries(balances).map(([provider, balance = '0']): SubAccountPosition => {
      const { pendingRefund, unlocksAt } = refund ?? { pendingRefund: 0n, unlocksAt: 0 }
      return {
        ...id(provider),
        balance: og(balance),
        pendingRefund,
        available: og(balance) - pendingRefund,
        claimable: 0n,
        refunds: refund ? [{ amount: pendingRefund, createdAt: 0, unlocksAt, claimable: false }] : [],
        acknowledged: true,
        tokensRevoked: false,
      }
    }),
  }
}
