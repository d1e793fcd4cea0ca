import { defer, ignoreElements, merge, ReplaySubject, share, Subject, takeUntil, type Observable } from 'rxjs'

/** The plans that are made as positions come in. Following them keeps the positions coming. */
export function createPlans<Plan>() {
  const made$ = new Subject<Plan>()
  const closed$ = new Subject<void>()
  return {
    next: (plan: Plan): void => made$.next(plan),
    follow: (positions$: Observable<unknown>, onFollowed: () => void): Observable<Plan> =>
      defer(() => {
        onFollowed()
        return merge(made$, positions$.pipe(ignoreElements()))
      }).pipe(takeUntil(closed$), share({ connector: () => new ReplaySubject(1) })),
    close: (): void => closed$.next(),
  }
}
