import type { DepositTrial, DryRun } from '../../index.ts'
import type { TrialTerms } from '../config/trial-arguments.ts'
import type { Session } from './session.ts'
import { treasuryAddress } from './treasury.ts'

/** The dry run of a command that looks, with deposits and idle money where its options name them. */
export type Trial = {
  dryRun: true | DryRun
  /** Reads what the wallet has that would deposit, where that is another one. */
  refresh(): Promise<void>
}

export function openTrial(
  { funding, deposit: terms, reclaimIdle }: Omit<TrialTerms, 'broker'>,
  { broker, provider }: Session,
): Trial {
  const others: DryRun = { ...(funding && { autoFunding: funding }), ...(reclaimIdle && { reclaimIdle }) }
  // A table shows a sub-account that the file names also before it exists.
  for (const one of funding ?? []) broker.subAccount(one.provider, one.serviceType)
  if (!terms) return { dryRun: funding || reclaimIdle ? others : true, refresh: () => Promise.resolve() }
  const { from: named, ...config } = terms
  const from = named ?? treasuryAddress()
  if (from === null || from === broker.wallet)
    return { dryRun: { autoDeposit: config, ...others }, refresh: () => Promise.resolve() }
  const autoDeposit: DepositTrial = { ...config, payerBalance: null }
  return {
    dryRun: { autoDeposit, ...others },
    async refresh() {
      // Until it is read again, the balance counts as unread.
      autoDeposit.payerBalance = await provider.getBalance(from).catch(() => null)
    },
  }
}
