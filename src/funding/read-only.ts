import { Lazy } from '../base/lazy.ts'
import { ReadOnlyError } from '../base/errors.ts'
import { decideDeposit } from './deposit-decision.ts'
import { walletPayer } from './deposit-payer.ts'
import { trialOf } from './deposit-trial.ts'
import type { Paying, PayingOptions } from './paying.ts'
import type { UnsettledFee } from './unsettled-fees.ts'

/** No provider is asked for the fee of a wallet that cannot sign in. */
const NO_FEE: UnsettledFee = {
  known: () => ({ fee: 0n, readAt: null, error: null }),
  refresh: () => Promise.resolve(),
  ask: () => Promise.resolve(),
}

/** In the place of what pays, in a broker without a signer: each start is refused. A dry run plans deposits all the same. */
export function readOnlyPaying(options: PayingOptions): Paying {
  const { wallet, rules, accounts, positions, onStart } = options
  const own = walletPayer(options)
  const nothing = (): void => undefined
  const refuse = (operation: string): never => {
    onStart(operation)
    throw new ReadOnlyError(wallet)
  }
  const surroundings = {
    rules,
    inFlight: () => [],
    isClosing: () => false,
    isDeciding: () => false,
    withdrawals: { until: () => 0 },
  }

  return {
    feeOf: () => NO_FEE,
    ledger: new Lazy(() => refuse('startAutoDeposit')),
    tryDeposit: (facts, trial) => decideDeposit(trialOf(trial, own), facts, surroundings),
    autoFunding: {
      start: () => refuse('startAutoFunding'),
      stop: nothing,
      stopAll: nothing,
      pause: positions.nudge,
      all: () => accounts.all(),
      send: nothing,
      close: nothing,
    },
  }
}
