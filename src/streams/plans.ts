import { defer, ignoreElements, merge, ReplaySubject, share, Subject, takeUntil, type Observable } from 'rxjs'

export type Plans<Plan> = {
  /** Emits a plan. */
  next(plan: Plan): void
  /** The stream of plans; a subscription to it keeps the positions coming. */
  follow(positions$: Observable<unknown>, onSubscribe: () => void): Observable<Plan>
  close(): void
}

/**
 * The stream of plans, one for each position.
 *
 * @param onPlan called with each plan, before any subscriber
 */
export function createPlans<Plan>(onPlan: (plan: Plan) => void = () => undefined): Plans<Plan> {
  return new PlanStream(onPlan)
}

class PlanStream<Plan> implements Plans<Plan> {
  readonly #onPlan: (plan: Plan) => void
  /** Made for the first subscriber: few wallets of a fleet have one. */
  #plans$: Subject<Plan> | null = null
  #closed$: ReplaySubject<void> | null = null

  constructor(onPlan: (plan: Plan) => void) {
    this.#onPlan = onPlan
  }

  next(plan: Plan): void {
    this.#onPlan(plan)
    this.#plans$?.next(plan)
  }

  follow(positions$: Observable<unknown>, onSubscribe: () => void): Observable<Plan> {
    const plans$ = (this.#plans$ ??= new Subject())
    const closed$ = (this.#closed$ ??= new ReplaySubject(1))
    return defer(() => {
      onSubscribe()
      return merge(plans$, positions$.pipe(ignoreElements()))
    }).pipe(takeUntil(closed$), share({ connector: () => new ReplaySubject(1) }))
  }

  close(): void {
    // A subscriber that comes later hears it too.
    ;(this.#closed$ ??= new ReplaySubject(1)).next()
  }
}
