import { array, assert, constant, integer, oneof, property, record } from 'fast-check'
import { Observable, ReplaySubject, share, Subject, takeUntil, type Subscription } from 'rxjs'
import { expect, test } from 'vitest'
import type { Position } from '../../../machines/position.types.ts'
import type { PositionStatus } from '../../../src/streams/position-status.ts'
import { SharedPositions } from '../../../src/streams/shared-positions.ts'

/** `some` takes only so many positions. */
const step = oneof(
  record({ act: constant('subscribe' as const), some: integer({ min: 1, max: 3 }) }),
  record({ act: constant('unsubscribe' as const), at: integer({ min: 0, max: 4 }) }),
  record({ act: constant('next' as const) }),
  record({ act: constant('close' as const) }),
)

type World = { stream: Observable<Position>; next: (position: Position) => void; close: () => void }

const positionAt = (number: number) => ({ block: { number, timestamp: number } }) as Position

/** What rxjs makes of the same. */
function byOperators(log: string[]): World {
  const accepted$ = new Subject<Position>()
  const closed$ = new ReplaySubject<void>(1)
  const source = new Observable<Position>((subscriber) => {
    log.push('begin')
    subscriber.add(() => log.push('end'))
    subscriber.add(accepted$.subscribe(subscriber))
  })
  return {
    stream: source.pipe(takeUntil(closed$), share({ connector: () => new ReplaySubject(1) })),
    next: (position) => accepted$.next(position),
    close: () => closed$.next(),
  }
}

function shared(log: string[]): World {
  const positions = new SharedPositions({
    begin() {
      log.push('begin')
      return () => log.push('end')
    },
    status: () => ({}) as PositionStatus,
  })
  return {
    stream: positions.stream,
    next: (position) => positions.next(position),
    close: () => positions.close(),
  }
}

test('subscribers receive what they would by takeUntil and share, and the reading begins and ends with them', () => {
  assert(
    property(array(step, { maxLength: 30 }), (steps) => {
      expect(play(steps, shared)).toEqual(play(steps, byOperators))
    }),
  )
})

function play(steps: readonly Step[], worldOf: (log: string[]) => World): { log: string[]; heard: string[][] } {
  const log: string[] = []
  const heard: string[][] = []
  const world = worldOf(log)
  const subscriptions: Subscription[] = []
  for (const [number, one] of steps.entries()) {
    if (one.act === 'next') world.next(positionAt(number))
    if (one.act === 'close') world.close()
    if (one.act === 'unsubscribe') subscriptions[one.at]?.unsubscribe()
    if (one.act === 'subscribe') {
      const own: string[] = []
      heard.push(own)
      const limited = new Observable<Position>((subscriber) => {
        let left = one.some
        subscriber.add(
          world.stream.subscribe({
            next(position) {
              left -= 1
              subscriber.next(position)
              if (left === 0) subscriber.complete()
            },
            complete: () => subscriber.complete(),
          }),
        )
      })
      subscriptions.push(
        limited.subscribe({
          next: ({ block }) => own.push(String(block.number)),
          complete: () => own.push('complete'),
        }),
      )
    }
  }
  return { log, heard }
}

type Step = { act: 'subscribe'; some: number } | { act: 'unsubscribe'; at: number } | { act: 'next' | 'close' }
