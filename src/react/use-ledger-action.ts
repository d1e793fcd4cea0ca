import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Broker } from '../index.ts'
import { createAction, IDLE, type ActionState } from './action.ts'
import { useSelected, useStore } from './use-selected.ts'

/** What a button needs: what it runs, and how that stands. */
export type LedgerAction<Parameters extends unknown[], Result> = ActionState<Result> & {
  /**
   * Runs the action. While it works, `run` returns the promise of the first call, so that a double click pays once. It resolves with
   * undefined where the action fails; `error` says why.
   */
  run(...parameters: Parameters): Promise<Result | undefined>
  /** Back to `idle`; does nothing while the action works. */
  reset(): void
}

/**
 * An action on the broker, such as a payment, with its state.
 *
 * @example
 * const deposit = useLedgerAction((broker, amount: string) => broker.ledger.depositFund(amount))
 * const button = (
 *   <button disabled={deposit.status === 'pending'} onClick={() => deposit.run('10')}>
 *     Deposit 10 OG
 *   </button>
 * )
 */
export function useLedgerAction<Parameters extends unknown[], Result>(
  act: (broker: Broker, ...parameters: Parameters) => Promise<Result>,
): LedgerAction<Parameters, Result> {
  const store = useStore()
  const [action] = useState(() => createAction<Result>())
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  const broker = useSelected('broker', (state) => state.broker, Object.is)
  const state = useSyncExternalStore(
    action.subscribe,
    () => action.state(broker),
    () => IDLE,
  )
  const run = useCallback(
    (...parameters: Parameters) => action.run(store.state().broker, (broker) => latest.current(broker, ...parameters)),
    [action, store],
  )
  return { ...state, run, reset: action.reset }
}
