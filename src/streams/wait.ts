import { Observable } from 'rxjs'
import type { Clock } from '../base/clock.ts'

/** Emits once after `ms` milliseconds. Unlike rxjs's timer it does not keep the process alive. */
export function wait(ms: number, clock: Clock): Observable<void> {
  return new Observable((subscriber) =>
    clock.after(
      ms,
      () => {
        subscriber.next()
        subscriber.complete()
      },
      { idle: true },
    ),
  )
}
