import { levelsOf, secondsLeft } from '../base/levels.ts'
import type { Forecast } from '../funding/forecast.ts'
import type { Plan } from '../funding/plan.ts'
import type { Emit } from './emit.ts'

/** Money that lasts less is low; what was low is ample again once it lasts longer than `AMPLE`. Seconds. */
const LOW = 86_400
const AMPLE = 26 * 3_600

export type LevelWatchOptions = {
  forecastAt: (plan: Plan) => Pick<Forecast, 'ledgerDryAt' | 'gasDryAt'>
  emit: Emit
}

/** Tells once that ledger or gas runs out, and once that it does not any more. */
export type LevelWatch = { see(plan: Plan): void }

export function createLevelWatch({ forecastAt, emit }: LevelWatchOptions): LevelWatch {
  let isLedgerLow = false
  let isGasLow = false

  return {
    see(plan) {
      const { position, shortfall, gasReserve } = plan
      const { ledgerDryAt, gasDryAt } = forecastAt(plan)
      const { balance } = position.wallet
      const available = `${position.ledger?.available ?? 0n}` as const
      const { isLedgerShort, isGasHeld, isBelowReserve } = levelsOf(plan)
      const lasts = (dryAt: number | null): number => secondsLeft(dryAt, position.block)

      if (!isLedgerLow && (isLedgerShort || lasts(ledgerDryAt) < LOW)) {
        isLedgerLow = true
        emit({ type: 'ledger.low', available, shortfall: `${shortfall}`, dryAt: ledgerDryAt })
      } else if (isLedgerLow && !isLedgerShort && lasts(ledgerDryAt) >= AMPLE && !plan.decisions.some(isUnderWay)) {
        isLedgerLow = false
        emit({ type: 'ledger.ample', available })
      }

      const isPoor = isGasHeld || isBelowReserve
      if (!isGasLow && (isPoor || lasts(gasDryAt) < LOW)) {
        isGasLow = true
        emit({ type: 'gas.low', balance: `${balance}`, reserve: `${gasReserve}`, dryAt: gasDryAt })
      } else if (isGasLow && !isPoor && lasts(gasDryAt) >= AMPLE) {
        isGasLow = false
        emit({ type: 'gas.ample', balance: `${balance}` })
      }
    },
  }
}

/** A sub-account that is being paid lacks nothing in its plan, and may still lack the rest once the payment shows. */
const isUnderWay = (decision: Plan['decisions'][number]): boolean =>
  decision.action === 'hold' && (decision.reason === 'in-flight' || decision.reason === 'settling')
