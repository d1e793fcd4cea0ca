import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  and,
  assign,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  raise,
  sendTo,
  setup,
  spawnChild,
  type AnyEventObject,
  type AnyStateMachine,
  type AnyTransitionDefinition,
} from 'xstate'
import { of } from 'rxjs'
import { autoFundingMachine, subAccountMachine, type Reading, type SubAccountEvent } from '../../../machines/index.ts'
import { edgeName } from '../../../src/testing/edge-name.ts'
import { edgePaths } from '../../../src/testing/edge-paths.ts'
import { missingEdges } from '../../../src/testing/missing-edges.ts'
import { walk } from '../../../src/testing/walk.ts'

const subAccount = { provider: '0xa', serviceType: 'inference' } as const

const reading: Reading = {
  exists: true,
  balance: '1',
  pendingRefund: '0',
  claimable: '0',
  unlocksAt: null,
  required: '2',
  block: 1,
}

const low: SubAccountEvent = { type: 'balance.low', reading }

/** Walks every path, as a user's test does, and lists the edges without a path. */
async function walkAll<Machine extends AnyStateMachine>(
  machine: Machine,
  paths: ReturnType<typeof edgePaths<Machine>>,
): Promise<{ titles: string[]; missing: string[] }> {
  for (const path of paths) {
    const actor = await walk(machine, path)
    expect(actor.getSnapshot()).toMatchObject({ value: path.to, error: undefined })
    actor.stop()
  }
  return { titles: paths.map(({ title }) => title), missing: missingEdges(machine, paths) }
}

describe('a machine that embeds one of ours', () => {
  const paid = vi.fn(() => new Error('Paid.'))

  test('spawned: a guard reads its state', async () => {
    const machine = setup({
      types: { events: {} as { type: 'CHECK' } | SubAccountEvent },
      actors: { sub: subAccountMachine },
    }).createMachine({
      id: 'app',
      context: ({ spawn }) => ({ ref: spawn('sub', { id: 'sub', input: subAccount }) }),
      initial: 'on',
      states: {
        on: {
          on: {
            'balance.low': {
              actions: sendTo(
                ({ context }) => context.ref,
                ({ event }) => event,
              ),
            },
            CHECK: [
              { guard: ({ context }) => context.ref.getSnapshot().value === 'low', target: 'short' },
              { target: 'checked' },
            ],
          },
        },
        checked: {},
        short: {},
      },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [{ type: 'CHECK' }, low] }))).toEqual({
      titles: ['on: CHECK → checked', 'on: balance.low → on', 'on: CHECK → short'],
      missing: [],
    })
  })

  test('invoked: it receives events and its snapshots are visible', async () => {
    const machine = setup({
      types: { events: {} as { type: 'GO' } | SubAccountEvent },
      actors: { sub: subAccountMachine },
    }).createMachine({
      id: 'app',
      initial: 'off',
      states: {
        off: { on: { GO: 'on' } },
        on: {
          invoke: {
            src: 'sub',
            id: 'sub',
            input: subAccount,
            onSnapshot: { guard: ({ event }) => event.snapshot.context.reading !== null, target: 'warn' },
          },
          on: { 'balance.low': { actions: sendTo('sub', ({ event }) => event) } },
        },
        warn: {},
      },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [{ type: 'GO' }, low] }))).toEqual({
      titles: ['off: GO → on', 'on: balance.low → warn'],
      missing: [],
    })
  })

  test('with its own invokes: the paths go through their outcomes', async () => {
    const machine = setup({
      types: { events: {} as { type: 'PAY' } },
      actors: { funding: autoFundingMachine.provide({ actors: { topUp: fromPromise(() => Promise.reject(paid())) } }) },
    }).createMachine({
      id: 'app',
      initial: 'idle',
      invoke: {
        src: 'funding',
        id: 'funding',
        input: subAccount,
        onSnapshot: [
          { guard: ({ event }) => event.snapshot.value === 'settling', target: '.paid' },
          { guard: ({ event }) => event.snapshot.value === 'held', target: '.failed' },
        ],
      },
      states: {
        idle: { on: { PAY: { actions: sendTo('funding', { type: 'plan.topUp', amount: '1', at: 1 }) } } },
        paid: {},
        failed: {},
      },
    })
    const paths = edgePaths(machine, {
      events: [{ type: 'PAY' }],
      outputs: { topUp: [{ transactionHash: '0x1', blockNumber: 1 }] },
    })
    expect(await walkAll(machine, paths)).toEqual({
      titles: [
        'idle: PAY → idle',
        'idle: funding xstate.done.actor.0.autoFunding.toppingUp → paid',
        'idle: funding xstate.error.actor.0.autoFunding.toppingUp → failed',
      ],
      missing: [],
    })
    expect(paid).not.toHaveBeenCalled()
  })

  test('that ends: the outer machine receives its done event', async () => {
    const inner = createMachine({
      id: 'inner',
      initial: 'a',
      states: { a: { after: { 60_000: 'b' }, on: { SKIP: 'b' } }, b: { type: 'final' } },
    })
    const machine = createMachine({
      id: 'outer',
      initial: 'busy',
      states: {
        busy: { invoke: { src: inner, id: 'inner', onDone: 'free', onError: 'broken' } },
        free: {},
        broken: {},
      },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [] }))).toEqual({
      titles: ['busy: inner xstate.after.60000.inner.a → free'],
      missing: ['outer.busy: xstate.error.actor.inner → outer.broken'],
    })
  })

  test('twice in the initial state: the search distinguishes the two', async () => {
    const machine = setup({
      types: { events: {} as { type: 'CHECK' } | { type: 'ONE' } | { type: 'OTHER' } },
      actors: { sub: subAccountMachine },
    }).createMachine({
      id: 'app',
      context: ({ spawn }) => ({
        one: spawn('sub', { input: subAccount }),
        other: spawn('sub', { input: subAccount }),
      }),
      initial: 'on',
      states: {
        on: {
          on: {
            ONE: { actions: sendTo(({ context }) => context.one, low) },
            OTHER: { actions: sendTo(({ context }) => context.other, low) },
            CHECK: [
              {
                guard: ({ context: { one, other } }) =>
                  one.getSnapshot().matches('none') && other.getSnapshot().matches('low'),
                target: 'short',
              },
              { target: 'checked' },
            ],
          },
        },
        checked: {},
        short: {},
      },
    })
    const paths = edgePaths(machine, { events: [{ type: 'ONE' }, { type: 'OTHER' }, { type: 'CHECK' }] })
    expect(await walkAll(machine, paths)).toEqual({
      titles: ['on: ONE → on', 'on: OTHER → on', 'on: CHECK → checked', 'on: CHECK → short'],
      missing: [],
    })
  })

  test('once per list entry: the search counts them as one', async () => {
    const item = createMachine({
      id: 'item',
      initial: 'open',
      states: { open: { on: { CLOSE: 'closed' } }, closed: {} },
    })
    const machine = setup({ actors: { item } }).createMachine({
      id: 'list',
      on: {
        ADD: { actions: spawnChild('item') },
        NAME: {
          actions: spawnChild('item', { id: ({ self }) => `item-${Object.keys(self.getSnapshot().children).length}` }),
        },
      },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [{ type: 'ADD' }, { type: 'NAME' }] }))).toEqual({
      titles: ['{}: ADD → {}', '{}: NAME → {}'],
      missing: [],
    })
  })
})

describe('what a machine invokes or spawns does not run', () => {
  const ran = vi.fn()
  const promise = fromPromise(async () => void ran())
  const callback = fromCallback(() => ran())
  const observable = fromObservable(() => {
    ran()
    return of(1)
  })
  const ends = ['busy: xstate.done.actor.work → free', 'busy: xstate.error.actor.work → broken']

  test.for([
    ['a promise', promise],
    ['a callback', callback],
    ['an observable', observable],
  ] as const)('%s', async ([, work]) => {
    const inline = createMachine({
      initial: 'busy',
      states: { busy: { invoke: { src: work, id: 'work', onDone: 'free', onError: 'broken' } }, free: {}, broken: {} },
    })
    expect(await walkAll(inline, edgePaths(inline, { events: [] }))).toEqual({ titles: ends, missing: [] })
    const named = setup({ actors: { work } }).createMachine({
      initial: 'busy',
      states: {
        busy: { invoke: { src: 'work', id: 'work', onDone: 'free', onError: 'broken' } },
        free: {},
        broken: {},
      },
    })
    expect(await walkAll(named, edgePaths(named, { events: [] }))).toEqual({ titles: ends, missing: [] })
    const spawned = createMachine({
      context: {},
      initial: 'busy',
      states: {
        busy: {
          entry: [spawnChild(work, { id: 'work' }), assign({ other: ({ spawn }) => spawn(work, { id: 'other' }) })],
          on: { 'xstate.done.actor.work': 'free', 'xstate.error.actor.work': 'broken' },
        },
        free: {},
        broken: {},
      },
    })
    expect(await walkAll(spawned, edgePaths(spawned, { events: [] }))).toEqual({ titles: ends, missing: [] })
    expect(ran).not.toHaveBeenCalled()
  })

  test('an actor without an implementation', async () => {
    const warn = vi.spyOn(console, 'warn')
    const machine = createMachine({
      id: 'app',
      initial: 'busy',
      states: {
        busy: { invoke: { src: 'work', id: 'work', onDone: 'free', onError: 'broken' } },
        free: {},
        broken: {},
      },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [] }))).toEqual({ titles: ends, missing: [] })
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  test('a reducer and a machine run, and the invokes of that machine do not', async () => {
    const machine = setup({
      actors: {
        count: fromTransition((count: number) => count + 1, 0),
        inner: createMachine({ invoke: { src: callback } }),
      },
    }).createMachine({
      id: 'counting',
      invoke: [
        {
          src: 'count',
          id: 'count',
          onSnapshot: { guard: ({ event }) => event.snapshot.context === 2, target: '.two' },
        },
        { src: 'inner' },
      ],
      initial: 'few',
      states: { few: { on: { MORE: { actions: sendTo('count', { type: 'more' }) } } }, two: {} },
    })
    const paths = edgePaths(machine, {
      events: [{ type: 'MORE' }],
      distinguish: ({ children }) => children.count?.getSnapshot().context,
    })
    expect((await walkAll(machine, paths)).missing).toEqual([])
    expect(ran).not.toHaveBeenCalled()
  })

  test('an observable emits the given values', async () => {
    const machine = setup({ actors: { prices: fromObservable(() => of(1)) } }).createMachine({
      id: 'shop',
      initial: 'open',
      states: {
        open: {
          invoke: {
            src: 'prices',
            id: 'prices',
            onSnapshot: { guard: ({ event }) => (event.snapshot.context ?? 0) > 100, target: 'dear' },
          },
        },
        dear: {},
      },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [], outputs: { prices: [1, 101] } }))).toEqual({
      titles: ['open: xstate.snapshot.prices → dear'],
      missing: [],
    })
  })

  test('functions among the actions do not run during the search', async () => {
    const acted = vi.fn()
    const machine = createMachine({
      id: 'acting',
      initial: 'a',
      entry: acted,
      states: {
        a: { on: { GO: { target: 'b', actions: [acted, raise({ type: 'ON' })] } } },
        b: { on: { ON: 'c' } },
        c: { invoke: { src: createMachine({ entry: acted }) } },
      },
    })
    const paths = edgePaths(machine, { events: [{ type: 'GO' }] })
    expect(acted).not.toHaveBeenCalled()
    expect(await walkAll(machine, paths)).toEqual({ titles: ['a: GO → c'], missing: [] })
    expect(acted).toHaveBeenCalledTimes(3)
  })
})

describe('every kind of edge has a path, or is named', () => {
  test('a delayed transition, without waiting', async () => {
    const machine = setup({
      types: { events: {} as { type: 'ARM' } | { type: 'BOOM' } | { type: 'LATER' } },
      delays: { patience: () => 3_600_000 },
    }).createMachine({
      id: 'timed',
      initial: 'a',
      states: {
        a: { after: { 1000: { actions: () => undefined }, patience: { guard: () => true, target: 'b' } } },
        b: {
          on: {
            ARM: {
              actions: [
                raise({ type: 'BOOM' }, { delay: 1000 }),
                sendTo(({ self }) => self, { type: 'LATER' }, { delay: 1 }),
              ],
            },
            BOOM: 'c',
            LATER: 'c',
          },
        },
        c: {},
      },
    })
    const before = vi.spyOn(globalThis, 'setTimeout')
    const paths = edgePaths(machine, { events: [{ type: 'ARM' }] })
    expect(await walkAll(machine, paths)).toEqual({
      titles: [
        'a: xstate.after.1000.timed.a → a',
        'a: xstate.after.patience.timed.a → b',
        'b: ARM → b',
        'b: BOOM → c',
        'b: LATER → c',
      ],
      missing: [],
    })
    expect(before).not.toHaveBeenCalled()
    before.mockRestore()
  })

  test('an eventless transition, by the event before it', async () => {
    const machine = setup({ types: { events: {} as { type: 'GO'; far: boolean } } }).createMachine({
      id: 'road',
      initial: 'start',
      states: {
        start: { always: 'home' },
        home: { on: { GO: 'fork' } },
        fork: {
          always: [{ guard: ({ event }) => 'far' in event && event.far, target: 'away' }, { target: 'near' }],
        },
        away: {},
        near: {
          always: {
            guard: function isLost() {
              return false
            },
            target: 'away',
          },
        },
      },
    })
    const paths = edgePaths(machine, {
      events: [
        { type: 'GO', far: true },
        { type: 'GO', far: false },
      ],
    })
    expect(await walkAll(machine, paths)).toEqual({
      titles: ['home: GO → away', 'home: GO → near'],
      missing: ['road.near: always [isLost] → road.away'],
    })
  })

  test('a history target, for each recorded state', async () => {
    const machine = createMachine({
      id: 'lamp',
      initial: 'off',
      states: {
        off: { on: { POWER: 'on.last' } },
        on: {
          initial: 'dim',
          on: { POWER: 'off' },
          states: { dim: { on: { TURN: 'bright' } }, bright: {}, last: { type: 'history' } },
        },
      },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [{ type: 'POWER' }, { type: 'TURN' }] }))).toEqual({
      titles: [
        'off: POWER → {"on":"dim"}',
        '{"on":"dim"}: POWER → off',
        '{"on":"dim"}: TURN → {"on":"bright"}',
        '{"on":"bright"}: POWER → off',
        'off: POWER → {"on":"bright"}',
      ],
      missing: [],
    })
  })

  test('in parallel states, by wildcards, and to the end', async () => {
    const machine = createMachine({
      id: 'both',
      type: 'parallel',
      states: {
        left: { initial: 'a', states: { a: { on: { 'mouse.*': 'z' } }, z: { type: 'final' } } },
        right: { initial: 'a', states: { a: { on: { '*': 'z', key: {} } }, z: { type: 'final' } } },
      },
      onDone: { actions: () => undefined },
    })
    const { titles, missing } = await walkAll(
      machine,
      edgePaths(machine, { events: [{ type: 'mouse.up' }, { type: 'key' }, { type: 'other' }] }),
    )
    expect(titles).toEqual([
      '{"left":"a","right":"a"}: mouse.up → {"left":"z","right":"z"}',
      '{"left":"a","right":"a"}: other → {"left":"a","right":"z"}',
      '{"left":"a","right":"z"}: mouse.up → {"left":"z","right":"z"}',
    ])
    expect(missing).toEqual(['both: xstate.done.state.both → both'])
  })

  test('an edge behind a guard on the context is missing, and found with distinguish', async () => {
    const machine = setup({
      types: { context: {} as { tries: bigint }, events: {} as { type: 'TRY' } },
      guards: { isLast: ({ context }) => context.tries === 2n },
    }).createMachine({
      id: 'login',
      context: { tries: 0n },
      initial: 'out',
      states: {
        out: {
          on: {
            TRY: [
              { guard: and(['isLast']), target: 'locked' },
              { actions: assign({ tries: ({ context }) => context.tries + 1n }) },
            ],
          },
        },
        locked: {},
      },
    })
    const events = [{ type: 'TRY' }] as const
    expect(missingEdges(machine, edgePaths(machine, { events }))).toEqual(['login.out: TRY [and] → login.locked'])
    const paths = edgePaths(machine, { events, distinguish: ({ context }) => context.tries })
    expect(await walkAll(machine, paths)).toEqual({
      titles: ['out: TRY → out', 'out: TRY → locked'],
      missing: [],
    })
  })

  test('two edges with the same label have different names', () => {
    const machine = createMachine({
      id: 'twins',
      initial: 'a',
      states: {
        a: {
          on: {
            GO: [
              { guard: () => false, target: 'b' },
              { guard: () => false, target: 'b' },
            ],
          },
        },
        b: {},
      },
    })
    expect(missingEdges(machine, edgePaths(machine, { events: [{ type: 'GO' }] }))).toEqual([
      'twins.a: GO [guard] → twins.b',
      'twins.a: GO [guard] → twins.b (2)',
    ])
  })

  test('a search whose states never repeat throws', () => {
    const machine = setup({
      types: { context: {} as { count: number }, events: {} as { type: 'MORE' } },
    }).createMachine({
      context: { count: 0 },
      on: { MORE: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
    })
    expect(() =>
      edgePaths(machine, { events: [{ type: 'MORE' }], distinguish: ({ context }) => context.count }),
    ).toThrow('The states have no end after {}: MORE → {}: let `distinguish` return a value that repeats.')
  })
})

describe('an actor that fails', () => {
  const unheard = vi.fn()

  test.for(['entry', 'transition', 'assign'] as const)(
    'in its %s throws with its own error as cause',
    async (where) => {
      process.on('uncaughtException', unheard)
      const error = new Error('Broken.')
      const fails = () => {
        throw error
      }
      const machine = createMachine({
        context: {},
        initial: 'a',
        states: {
          a: {
            invoke: {
              src: fromPromise(() => Promise.resolve(1)),
              id: 'work',
              onDone: {
                target: 'b',
                actions: where === 'transition' ? fails : where === 'assign' ? assign(fails) : [],
              },
            },
          },
          b: { entry: where === 'entry' ? fails : [] },
        },
      })
      const step = { event: { type: 'xstate.done.actor.work', output: 1 }, to: 'b' }
      await expect(walk(machine, { steps: [step] })).rejects.toThrow(
        expect.objectContaining({ message: 'xstate.done.actor.work failed: Broken.', cause: error }),
      )
      if (where === 'assign')
        expect(() => edgePaths(machine, { events: [] })).toThrow(
          expect.objectContaining({ message: 'a: xstate.done.actor.work fails: Broken.', cause: error }),
        )
      await turn()
      expect(unheard).not.toHaveBeenCalled()
      process.off('uncaughtException', unheard)
    },
  )

  test('at its start throws with its own error as cause', async () => {
    process.on('uncaughtException', unheard)
    const machine = setup({ types: { input: {} as { name: string } } }).createMachine({
      context: ({ input }) => ({ name: input.name.trim() }),
      initial: 'a',
      states: { a: {} },
    })
    const input: { name: string } = JSON.parse('{}')
    const message = "Cannot read properties of undefined (reading 'trim')"
    await expect(walk(machine, { steps: [] }, { input })).rejects.toThrow(`The start failed: ${message}`)
    expect(() => edgePaths(machine, { events: [], input })).toThrow(`The machine fails at its start: ${message}`)
    await turn()
    expect(unheard).not.toHaveBeenCalled()
    process.off('uncaughtException', unheard)
  })

  test('by an unhandled rejection ends without an edge', async () => {
    const machine = createMachine({
      id: 'brittle',
      initial: 'a',
      states: { a: { invoke: { src: fromPromise(() => Promise.resolve()), id: 'work', onDone: 'b' } }, b: {} },
    })
    expect(await walkAll(machine, edgePaths(machine, { events: [] }))).toEqual({
      titles: ['a: xstate.done.actor.work → b'],
      missing: [],
    })
  })

  /** Waits until an unhandled error would have reached the process. */
  const turn = () => new Promise((resolve) => setImmediate(resolve))
})

test('a path keeps the input of the machine', async () => {
  const machine = setup({
    types: { input: {} as { open: boolean }, context: {} as { open: boolean }, events: {} as { type: 'ENTER' } },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'out',
    states: { out: { on: { ENTER: { guard: ({ context }) => context.open, target: 'in' } } }, in: {} },
  })
  const [path] = edgePaths(machine, { input: { open: true }, events: [{ type: 'ENTER' }] })
  if (!path) throw new Error('The edge has no path.')
  expect((await walk(machine, path)).getSnapshot().value).toBe('in')
  await expect(walk(machine, path, { input: { open: false } })).rejects.toThrow('ENTER led to "out" instead of "in"')
})

test('a step for a missing embedded machine throws', async () => {
  const machine = createMachine({ initial: 'a', states: { a: {} } })
  const step = { event: { type: 'GO' }, heardBy: ['shop', 'till'], to: 'a' }
  await expect(walk(machine, { steps: [step] })).rejects.toThrow('There is no machine shop till to receive GO.')
})

test('for any chart every path can be walked, and no random run takes a missing edge', async () => {
  const types = ['A', 'B', 'C']
  const names = ['p', 'q', 'r']
  const target = fc.constantFrom(...names.map((name) => `#${name}`), '#p1', '#p2', '#q1', '#q2', '#was')
  const edges = fc.dictionary(
    fc.constantFrom(...types),
    fc.array(fc.record({ target, on: fc.nat(2) }), { minLength: 1, maxLength: 2 }),
  )
  const chart = fc.record(Object.fromEntries([...names, 'p1', 'p2', 'q1', 'q2'].map((name) => [name, edges])))
  const configOf = (on: Record<string, { target: string; on: number }[]>) => ({
    on: Object.fromEntries(
      Object.entries(on).map(([type, all]) => [
        type,
        all.map((one) => ({ target: one.target, guard: ({ event }: { event: AnyEventObject }) => event.n !== one.on })),
      ]),
    ),
  })
  await fc.assert(
    fc.asyncProperty(
      chart,
      fc.array(fc.record({ type: fc.constantFrom(...types), n: fc.nat(2) }), { maxLength: 30 }),
      async (drawn, heard) => {
        const state = (name: string) => ({ id: name, ...configOf(drawn[name] ?? {}) })
        const machine = createMachine({
          id: 'any',
          initial: 'p',
          states: {
            p: {
              ...state('p'),
              initial: 'p1',
              states: {
                p1: state('p1'),
                p2: { ...state('p2'), after: { 10: 'p1' } },
                was: { id: 'was', type: 'history' },
              },
            },
            q: {
              ...state('q'),
              type: 'parallel',
              states: {
                one: { initial: 'q1', states: { q1: state('q1'), q2: state('q2') } },
                two: { initial: 'z', states: { z: { after: { 5: 'y' } }, y: {} } },
              },
            },
            r: {
              ...state('r'),
              invoke: { src: fromPromise(() => Promise.reject(new Error('Real.'))), onDone: 'p', onError: 'q' },
            },
          },
        })
        const events = types.flatMap((type) => [0, 1, 2].map((n) => ({ type, n })))
        const { missing } = await walkAll(machine, edgePaths(machine, { events }))
        const taken: string[] = []
        await walk(
          machine,
          { steps: [] },
          {
            inspect: (inspected) => {
              if (inspected.type === '@xstate.microstep') taken.push(...transitionsOf(inspected))
            },
          },
        ).then((actor) => heard.forEach((event) => actor.send(event)))
        expect(missing.filter((name) => taken.includes(name))).toEqual([])
      },
    ),
    { numRuns: 20 },
  )
})

const transitionsOf = ({ _transitions: transitions }: { _transitions: readonly AnyTransitionDefinition[] }) =>
  transitions.map(edgeName)
