import { OgLedgerError, type Broker, type Plan, type Position, type PositionStatus } from '../../index.ts'
import type { Approvals } from '../approvals.ts'
import { planConditionsOf } from '../replay/plan-conditions.ts'
import { follow } from '../session/follow.ts'
import { listenToKeys } from './keys.ts'
import type { Notices } from './notices.ts'
import type { Recorder } from '../replay/recorder.ts'
import { openScreen } from './screen.ts'
import { recordOf, type PositionView } from './view.ts'
import { paint, printJson } from './terminal.ts'

export type Show = {
  json: boolean
  signal: AbortSignal
  see: (position: Position, plan: Plan) => PositionView
  /** What a terminal shows of it. */
  lines: (seen: PositionView) => string[]
  /** Keeps every position. */
  recorder?: Recorder | null
  notices?: Notices
  approvals?: Approvals | null
}

/** Shows every position until the signal aborts: as a table drawn in place, or as lines of JSON. */
export async function show(broker: Broker, options: Show): Promise<void> {
  await (options.json ? showLines(broker, options) : showTable(broker, options))
}

async function showLines(broker: Broker, { signal, see, recorder, approvals }: Show): Promise<void> {
  let failures = 0
  const silence = approvals ? listenToKeys(approvals.type) : () => undefined
  try {
    await follow(broker, signal, {
      position(position, plan) {
        recorder?.record(position, planConditionsOf(broker, plan))
        printJson(recordOf(see(position, plan)))
      },
      tick(status) {
        if (status.failures > failures) printJson(failureRecord(status))
        failures = status.failures
      },
    })
  } finally {
    silence()
  }
}

async function showTable(broker: Broker, { signal, see, lines, recorder, notices, approvals }: Show): Promise<void> {
  const screen = openScreen((keys) => {
    approvals?.type(keys)
    draw()
  })
  let shown: string[] = []
  let readAt = Date.now()
  const draw = () => {
    const question = approvals?.question() ?? null
    const said = [notices?.last() ?? null, question && paint('yellow', question)].filter((line) => line !== null)
    const status = statusLine(broker.positions$.status, Date.now() - readAt)
    screen.draw(['', ...shown, '', ...said, status])
  }
  try {
    await follow(broker, signal, {
      position(position, plan) {
        recorder?.record(position, planConditionsOf(broker, plan))
        shown = lines(see(position, plan))
        readAt = Date.now()
        draw()
      },
      tick: draw,
    })
  } finally {
    screen.close()
  }
}

function failureRecord({ failures, block, error }: PositionStatus): object {
  return { type: 'reading-failed', failures, block, error: reasonOf(error) }
}

function statusLine({ failures, error, block }: PositionStatus, ageMs: number): string {
  const age = `${Math.floor(ageMs / 1_000)} s ago`
  if (failures > 0)
    return paint(
      'red',
      `Reading fails (${failures} in a row): ${reasonOf(error)} Block ${block ?? '-'} was read ${age}.`,
    )
  return paint('dim', block === null ? 'Reading…' : `Read ${age}. Ctrl-C or q ends it.`)
}

/** An error in one line: its sentence, and what it knows of the reason. */
function reasonOf(error: Error | null): string {
  const [sentence = ''] = error?.message.split('\n', 1) ?? []
  const reason = error instanceof OgLedgerError ? error.facts['reason'] : undefined
  return reason === undefined ? sentence : `${sentence} (${reason})`
}
