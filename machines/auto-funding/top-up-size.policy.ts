import type { DecisionRow, Sizing, Standing } from './plan.types.ts'

const EXACT: Sizing = { minTopUp: 0n, step: null, maxGasShare: null, allOrNothing: false }
const MILLION = 1_000_000n

/** What one top-up sends at best, the least that is worth sending, and how a part between them is cut. Amounts in wei. */
export type TopUpSize = { wanted: bigint; least: bigint; cut: (amount: bigint) => bigint }

/**
 * The size of a top-up: what is missing, raised to the policy's least payment and to its share of gas, then rounded up to
 * its step.
 *
 * @param opening the least that the contract takes, in wei
 * @param gas what the transaction costs, in wei
 */
export function topUpSize(
  { sizing = EXACT, limits: { maxTopUp } }: Pick<Standing, 'sizing' | 'limits'>,
  { deficit }: Pick<DecisionRow, 'deficit'>,
  { opening, gas }: { opening: bigint; gas: bigint },
): TopUpSize {
  const { minTopUp, step, maxGasShare, allOrNothing } = sizing
  const worthwhile = maxGasShare === null ? 0n : roundedUp(gas * MILLION, maxGasShare) / maxGasShare
  const wish = [deficit, opening, minTopUp, worthwhile].reduce((most, one) => (one > most ? one : most))
  const wanted = step === null ? wish : roundedUp(wish, step)
  const cut = (amount: bigint): bigint => (step === null || amount <= 0n ? amount : amount - (amount % step))
  const least = step === null ? opening : roundedUp(opening, step)
  const whole = maxTopUp !== null && maxTopUp < wanted ? cut(maxTopUp) : wanted
  return { wanted, least: allOrNothing && whole > least ? whole : least, cut }
}

/** What must stay in the ledger for this top-up, in wei. */
export function reserveOf({ limits, reserveIsSoft = false, demand }: Standing, { available }: DecisionRow): bigint {
  return reserveIsSoft && available <= demand.minLockedBalance ? 0n : limits.ledgerReserve
}

const roundedUp = (amount: bigint, step: bigint): bigint => ((amount + step - 1n) / step) * step
