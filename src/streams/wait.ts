import { Observable } from 'rxjs'

/** Emits once after `ms`. Unlike rxjs's timer it never keeps the process alive. */
export function wait(ms: number): Observable<void> {
  return new Observable((subscriber) => {
    const timer = setTimeout(() => {
      subscriber.next()
      subscriber.complete()
    }, ms)
    if (typeof timer === 'object') timer.unref()
    return () => clearTimeout(timer)
  })
}
