import { max, min } from '../wei.ts'
import type { DecisionRow, Sizing, Standing } from './plan.types.ts'

const EXACT: Sizing = { minTopUp: 0n, step: null, maxGasShare: null, allOrNothing: false }
const MILLION = 1_000_000n

/**
 * What one top-up sends at best; what it sends before a less urgent sub-account is paid; the least that is worth sending; and
 * how a part between them is cut. Amounts in wei.
 */
export type TopUpSize = { wanted: bigint; due: bigint; least: bigint; cut: (amount: bigint) => bigint }

/**
 * The size of a top-up: what is missing, raised to the policy's least payment and to its share of gas, then rounded up to
 * its step. What is missing to the trigger is due at once; the rest, to the target, only saves later payments.
 *
 * @param opening the least that the contract takes, in wei
 * @param gas what the transaction costs, in wei: what limits and ledger leave is not worth sending where it is less
 */
export function topUpSize(
  { sizing = EXACT, limits: { maxTopUp, budgetLeft } }: Pick<Standing, 'sizing' | 'limits'>,
  { deficit, required, available }: Pick<DecisionRow, 'deficit' | 'required' | 'available'>,
  { opening, gas }: { opening: bigint; gas: bigint },
): TopUpSize {
  const { minTopUp, step, maxGasShare, allOrNothing } = sizing
  const worthwhile = maxGasShare === null ? 0n : roundedUp(gas * MILLION, maxGasShare) / maxGasShare
  const sized = (missing: bigint): bigint => {
    const wish = max(missing, opening, minTopUp, worthwhile)
    return step === null ? wish : roundedUp(wish, step)
  }
  const cut = (amount: bigint): bigint => (step === null || amount <= 0n ? amount : amount - (amount % step))
  const limited = (amount: bigint): bigint => cut(min(amount, maxTopUp, budgetLeft))
  const wanted = sized(deficit)
  const whole = cut(min(wanted, maxTopUp))
  const least = max(step === null ? opening : roundedUp(opening, step), allOrNothing ? whole : min(gas, whole))
  const due = max(limited(allOrNothing ? wanted : sized(min(deficit, required - available))), least)
  // What its own limits refuse is due to no sub-account.
  return { wanted, due: limited(wanted) < least ? 0n : due, least, cut }
}

/** What must stay in the ledger for this top-up, in wei. */
export function reserveOf({ limits, reserveIsSoft = false, demand }: Standing, { available }: DecisionRow): bigint {
  return reserveIsSoft && available <= demand.minLockedBalance ? 0n : limits.ledgerReserve
}

const roundedUp = (amount: bigint, step: bigint): bigint => ((amount + step - 1n) / step) * step
