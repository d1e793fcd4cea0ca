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
  const plans$ = new Subject<Plan>()
  const closed$ = new Subject<void>()
  return {
    next(plan) {
      onPlan(plan)
      plans$.next(plan)
    },
    follow: (positions$, onSubscribe) =>
      defer(() => {
        onSubscribe()
        return merge(plans$, positions$.pipe(ignoreElements()))
      }).pipe(takeUntil(closed$), share({ connector: () => new ReplaySubject(1) })),
    close: () => closed$.next(),
  }
}
