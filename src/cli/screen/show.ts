import { OgLedgerError, type Broker, type Plan, type Position, type PositionStatus } from '../../index.ts'
import type { Approvals } from '../session/approvals.ts'
import { planConditionsOf } from '../replay/plan-conditions.ts'
import { follow } from '../session/follow.ts'
import { listenToKeys } from './keys.ts'
import type { Notices } from './notices.ts'
import type { Recorder } from '../replay/recorder.ts'
import { openScreen } from './screen.ts'
import { recordOf, type PositionView } from './view.ts'
import { paint, printJson } from './terminal.ts'

export type ShowOptions = {
  json: boolean
  signal: AbortSignal
  view: (position: Position, plan: Plan) => PositionView
  /** What a terminal shows of the view. */
  lines: (view: PositionView) => string[]
  /** Records every position. */
  recorder?: Recorder | null
  notices?: Notices
  approvals?: Approvals | null
}

/** Shows every position until the signal aborts: as a table drawn in place, or as lines of JSON. */
export async function show(broker: Broker, options: ShowOptions): Promise<void> {
  await (options.json ? showLines(broker, options) : showTable(broker, options))
}

async function showLines(broker: Broker, { signal, view, recorder, approvals }: ShowOptions): Promise<void> {
  let failures = 0
  const stopListening = approvals ? listenToKeys(approvals.type) : () => undefined
  try {
    await follow(broker, signal, {
      position(position, plan) {
        recorder?.record(position, planConditionsOf(broker, plan))
        printJson(recordOf(view(position, plan)))
      },
      tick(status) {
        if (status.failures > failures) printJson(failureRecord(status))
        failures = status.failures
      },
    })
  } finally {
    stopListening()
  }
}

async function showTable(
  broker: Broker,
  { signal, view, lines, recorder, notices, approvals }: ShowOptions,
): Promise<void> {
  const screen = openScreen((keys) => {
    approvals?.type(keys)
    draw()
  })
  let table: string[] = []
  let readAt = Date.now()
  const draw = () => {
    const question = approvals?.question() ?? null
    const messages = [notices?.last() ?? null, question && paint('yellow', question)].filter((line) => line !== null)
    const status = statusLine(broker.positions$.status, Date.now() - readAt)
    screen.draw(['', ...table, '', ...messages, status])
  }
  try {
    await follow(broker, signal, {
      position(position, plan) {
        recorder?.record(position, planConditionsOf(broker, plan))
        table = lines(view(position, plan))
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

/** An error in one line: its sentence, and its reason where it knows one. */
function reasonOf(error: Error | null): string {
  const [sentence = ''] = error?.message.split('\n', 1) ?? []
  const reason = error instanceof OgLedgerError ? error.facts['reason'] : undefined
  return reason === undefined ? sentence : `${sentence} (${reason})`
}
