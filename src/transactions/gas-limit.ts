import type { Call } from '../chain/port.ts'

/** Gas limits get a fifth more than estimated: state may change between estimate and block. */
const GAS_MARGIN = { times: 6n, over: 5n }
/**
 * An amount that falls to nothing in between costs 17,100 gas more to raise: that of the ledger by a top-up of all, that of a
 * sub-account by a charge of all.
 */
const EMPTIED_WORD_GAS = 20_000n
const RAISING = new Set(['depositFund', 'depositFundFor', 'transferFund'])

/** The gas limit of a transaction, from what the node estimates. */
export function gasLimitOf({ method }: Call, estimate: bigint): bigint {
  return (estimate * GAS_MARGIN.times) / GAS_MARGIN.over + (RAISING.has(method) ? EMPTIED_WORD_GAS : 0n)
}
