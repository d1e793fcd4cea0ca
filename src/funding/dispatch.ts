import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Plan } from './plan.ts'

/** Sends each plan to what acts on it, and keeps the newest one. */
export type Dispatch = {
  send(plan: Plan): void
  /** Keeps a plan that decides what the last one did: nothing that acts needs to hear of it. */
  keep(plan: Plan): void
  /** The newest plan; null before the first. */
  latest(): Plan | null
  /** What the newest plan decides about a sub-account. */
  decisionOf(id: SubAccountId): Decision | undefined
}

export function createDispatch(act: (plan: Plan) => void): Dispatch {
  return new PlanDispatch(act)
}

class PlanDispatch implements Dispatch {
  readonly #act: (plan: Plan) => void
  #latest: Plan | null = null

  constructor(act: (plan: Plan) => void) {
    this.#act = act
  }

  send(plan: Plan): void {
    this.#latest = plan
    this.#act(plan)
  }

  keep(plan: Plan): void {
    this.#latest = plan
  }

  latest(): Plan | null {
    return this.#latest
  }

  decisionOf(id: SubAccountId): Decision | undefined {
    return this.#latest?.decisions.find((one) => keyOf(one) === keyOf(id))
  }
}
