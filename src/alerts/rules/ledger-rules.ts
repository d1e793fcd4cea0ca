import { levelsOf, secondsLeft } from '../../base/levels.ts'
import type { Plan } from '../../index.ts'
import { durationInWords, moment, og } from '../words.ts'
import { amount } from './reason-advice.ts'
import { HOUR, thresholdOf, type Rule } from './rule.ts'

/** Reasons of auto-deposit under which the ledger fills itself: a short runway is then as it was set. */
const FILLS_ITSELF: readonly string[] = ['sufficient', 'in-flight', 'settling', 'cooling-down', 'deposit-pending']

/** The ledger runs dry soon at the present burn, and nothing fills it. */
export const ledgerRunway: Rule = {
  name: 'ledger-runway',
  defaults: { forSeconds: 300, severity: 'warning', belowSeconds: 24 * HOUR },
  find(situation, terms) {
    const { plan, forecast } = situation
    const { belowSeconds, severity } = terms
    if (!plan || !forecast) return null
    const { ledgerDryAt, burnRate } = forecast
    if (ledgerDryAt === null || fillsItself(plan)) return []
    const left = secondsLeft(ledgerDryAt, plan.block)
    if (left >= thresholdOf('ledger-runway', terms, situation)) return []
    const available = plan.position.ledger?.available ?? 0n
    return [
      {
        // A quarter of the time left: what could wait for the morning cannot any more.
        severity: left < belowSeconds / 4 ? 'critical' : severity,
        summary:
          left <= 0 ? 'The ledger is used up' : `The ledger runs dry in ${durationInWords(left)} at the present burn`,
        outlook: `${og(available)} are available and ${og(burnRate)} are charged per hour: from ${moment(ledgerDryAt * 1_000)} on no sub-account is topped up.`,
        action: `For a week: og-ledger deposit ${amount(forecast.depositFor(7))}`,
        resolution: 'The ledger lasts longer again',
      },
    ]
  },
}

/** The wallet cannot pay gas, or soon cannot. */
export const gasLow: Rule = {
  name: 'gas-low',
  defaults: { forSeconds: 300, severity: 'warning', belowSeconds: 24 * HOUR },
  find(situation, terms) {
    const { plan, forecast } = situation
    const { severity } = terms
    if (!plan || !forecast) return null
    const { wallet } = plan.position
    const left = secondsLeft(forecast.gasDryAt, plan.block)
    const { isGasHeld, isBelowReserve } = levelsOf(plan)
    if (left >= thresholdOf('gas-low', terms, situation) && !isGasHeld && !isBelowReserve) return []
    const isOver = isGasHeld || wallet.balance === 0n
    return [
      {
        severity: isOver ? 'critical' : severity,
        summary: isGasHeld
          ? 'The wallet has too little gas: transactions are held'
          : isBelowReserve
            ? 'The wallet has less gas than a full exit costs'
            : `The wallet runs out of gas in ${durationInWords(left)} at the present burn`,
        outlook: `It holds ${og(wallet.balance)}, and bringing everything home costs ${og(plan.gasReserve)} of gas: without it nothing can be topped up, claimed or closed.`,
        action: `Send OG to the wallet ${plan.position.wallet.address}.`,
        resolution: 'The wallet has gas again',
      },
    ]
  },
}

function fillsItself({ deposit }: Plan): boolean {
  return deposit !== undefined && (deposit.action !== 'hold' || FILLS_ITSELF.includes(deposit.reason))
}
