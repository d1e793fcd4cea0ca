import { toWei, type Amount } from '../base/amounts.ts'
import { InvalidInputError } from '../base/errors.ts'
import { toDepositPolicy, type AutoDepositConfig } from './config/auto-deposit-config.ts'
import { laneFactsOf, type DepositPayer } from './deposit-payer.ts'
import type { DepositBasis } from './deposit-decision.ts'

/** Auto-deposit that a dry run plans with. Nothing is sent. */
export type DepositTrial = Omit<AutoDepositConfig, 'from'> & {
  /** What another wallet has that deposits for the broker's; null while it could not be read. */
  payerBalance?: Amount | null
}

/** What to decide for, as if auto-deposit were on. @throws InvalidInputError for what cannot work */
export function trialOf({ payerBalance, ...config }: DepositTrial, own: DepositPayer): DepositBasis {
  if ('from' in config && config.from !== undefined)
    throw new InvalidInputError('A dry run takes no key that deposits.', {
      do: 'pass payerBalance: what its wallet has',
    })
  const payer = payerBalance === undefined ? own : otherPayer(payerBalance === null ? null : toWei(payerBalance))
  return { policy: toDepositPolicy(config), payer, lastDeposit: null, failure: null }
}

/** Another wallet: its journal is not open, so nothing of it is known to be in flight or deposited. */
function otherPayer(balance: bigint | null): DepositBasis['payer'] {
  return {
    balance: () => balance,
    exitReserve: () => 0n,
    paysTopUps: false,
    ...laneFactsOf(() => null),
  }
}
