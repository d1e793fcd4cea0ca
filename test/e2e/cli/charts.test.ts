import { describe, expect, test } from 'vitest'
import { createMachine, type AnyStateMachine, type AnyStateNode } from 'xstate'
import * as entry from '../../../machines/index.ts'
import { jsonOf, mermaidOf } from '../../../src/cli/charts.ts'
import { run } from './cli-process.ts'

const machines = Object.values<unknown>(entry)
  .filter(isMachine)
  .toSorted((a, b) => (a.id < b.id ? -1 : 1))

test('machines prints all charts, or the one that is named', async () => {
  const [all, one, json, same] = await Promise.all([
    run(['machines']),
    run(['machines', 'sub-account']),
    run(['machines', '--format', 'json']),
    run(['--json', 'machines', 'subAccount']),
  ])
  expect(all).toMatchObject({ code: 0, stderr: '', stdout: `${machines.map(mermaidOf).join('\n\n')}\n` })
  expect(one).toMatchObject({ code: 0, stderr: '', stdout: `${mermaidOf(entry.subAccountMachine)}\n` })
  expect(json.json()).toEqual(machines.map(jsonOf))
  expect(same.json()).toEqual([jsonOf(entry.subAccountMachine)])
})

test('the chart of a sub-account', () => {
  expect(mermaidOf(entry.subAccountMachine)).toMatchInlineSnapshot(`
    "---
    title: subAccount
    ---
    stateDiagram-v2
      [*] --> none
      none
      created
      funded
      low
      state refunding {
        [*] --> refunding_locked
        state "locked" as refunding_locked
        state "claimable" as refunding_claimable
        refunding_locked --> refunding_locked: refund.locked
        refunding_claimable --> refunding_locked: refund.locked
        refunding_locked --> refunding_claimable: refund.claimable
        refunding_claimable --> refunding_claimable: refund.claimable
      }
      closed
      none --> low: balance.low
      none --> funded: balance.ample
      created --> created: account.empty
      created --> low: balance.low
      created --> funded: balance.ample
      created --> closed: account.gone
      funded --> funded: balance.ample
      funded --> low: balance.low
      funded --> created: account.empty
      funded --> refunding: refund.locked
      low --> low: balance.low
      low --> funded: balance.ample
      low --> created: account.empty
      low --> refunding: refund.locked
      refunding --> low: balance.low
      refunding --> funded: balance.ample
      refunding --> created: account.empty
      closed --> low: balance.low
      closed --> funded: balance.ample"
  `)
})

describe.each(machines.map((machine) => [machine.id, machine] as const))('%s', (_, machine) => {
  const nodes = nodesIn(machine.root)

  test('has every state and every event in its diagram', () => {
    const diagram = mermaidOf(machine)
    for (const { path } of nodes.filter(({ path }) => path.length > 0)) expect(diagram).toMatch(wordOf(path.join('_')))
    const events = nodes
      .flatMap(({ transitions }) => [...transitions.keys()])
      .filter((name) => !name.startsWith('xstate.'))
    for (const event of events) expect(diagram).toContain(`: ${event}`)
  })

  test('is the same chart when XState reads its JSON', () => {
    const copy = createMachine(JSON.parse(JSON.stringify(jsonOf(machine))) as object)
    expect(nodesIn(copy.root).map(edgesOf)).toEqual(nodes.map(edgesOf))
  })
})

test('nested, parallel, final, delayed, guarded, invoked and eventless edges are drawn, each in the state around both its ends', () => {
  const machine = createMachine({
    id: 'everything',
    initial: 'idle',
    on: { reset: '.idle' },
    states: {
      idle: { on: { go: { target: 'working', guard: 'isReady' } } },
      working: {
        initial: 'first',
        invoke: { src: 'job', onDone: 'done', onError: '.second' },
        states: {
          first: { after: { 1000: 'second' }, on: { leave: '#everything.done', stay: { actions: () => undefined } } },
          second: { always: { target: 'first', guard: () => false } },
        },
      },
      sides: { type: 'parallel', states: { left: {}, right: { initial: 'a-b', states: { 'a-b': {} } } } },
      done: { type: 'final' },
    },
  })
  expect(mermaidOf(machine)).toMatchInlineSnapshot(`
    "---
    title: everything
    ---
    stateDiagram-v2
      [*] --> idle
      idle
      state working {
        [*] --> working_first
        state "first" as working_first
        state "second" as working_second
        working_first --> working_second: job failed
        working_second --> working_second: job failed
        working_first --> working_first: stay
        working_first --> working_second: after 1000
        working_second --> working_first: always [guard]
      }
      state sides {
        state "left" as sides_left
        --
        state "right" as sides_right {
          [*] --> sides_right_a_b
          state "a-b" as sides_right_a_b
        }
      }
      done
      idle --> idle: reset
      working --> idle: reset
      sides --> idle: reset
      done --> idle: reset
      idle --> working: go [isReady]
      working --> done: job done
      working_first --> done: leave
      done --> [*]"
  `)
  expect(jsonOf(machine)).toMatchInlineSnapshot(`
    {
      "id": "everything",
      "initial": "idle",
      "on": {
        "reset": ".idle",
      },
      "states": {
        "done": {
          "type": "final",
        },
        "idle": {
          "on": {
            "go": {
              "guard": "isReady",
              "target": "working",
            },
          },
        },
        "sides": {
          "states": {
            "left": {},
            "right": {
              "initial": "a-b",
              "states": {
                "a-b": {},
              },
            },
          },
          "type": "parallel",
        },
        "working": {
          "initial": "first",
          "invoke": {
            "onDone": "done",
            "onError": ".second",
            "src": "job",
          },
          "states": {
            "first": {
              "after": {
                "1000": "second",
              },
              "on": {
                "leave": "#everything.done",
                "stay": {},
              },
            },
            "second": {
              "always": {
                "guard": "guard",
                "target": "first",
              },
            },
          },
        },
      },
    }
  `)
})

function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === 'object' && value !== null && 'root' in value
}

function nodesIn(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap(nodesIn)]
}

/** States and edges of a chart, without the actions' code. */
function edgesOf({ path, type, tags, transitions }: AnyStateNode) {
  const edges = [...transitions.values()].flat()
  return {
    path,
    type,
    tags,
    edges: edges.map(({ eventType, target, reenter, actions }) => ({
      eventType,
      target: target?.map(({ path }) => path),
      reenter,
      actions: actions.map((action: unknown) => nameOf(action)),
    })),
  }
}

function nameOf(action: unknown): unknown {
  return typeof action === 'object' && action !== null && 'type' in action ? action.type : action
}

const wordOf = (name: string): RegExp => new RegExp(`\\b${name}\\b`)
