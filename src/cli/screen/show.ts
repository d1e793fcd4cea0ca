import { OgLedgerError, type Broker, type Plan, type PositionStatus } from '../../index.ts'
import type { Approvals } from '../session/approvals.ts'
import { planConditionsOf } from '../replay/plan-conditions.ts'
import { follow } from '../session/follow.ts'
import { printEvents } from './events.ts'
import { listenToKeys } from './keys.ts'
import type { Notices } from './notices.ts'
import type { Recorder } from '../replay/recorder.ts'
import { tellPayments } from './payment-lines.ts'
import { openScreen } from './screen.ts'
import { recordOf, type PositionView } from './view.ts'
import { isTerminal, paint, print, printJson } from './terminal.ts'

export type ShowOptions = {
  json: boolean
  signal: AbortSignal
  view: (plan: Plan) => PositionView
  /** What a terminal shows of the view. */
  lines: (view: PositionView) => string[]
  /** Tells people of each payment in a line that stays; JSON has every event. */
  payments?: boolean
  /** Records every position. */
  recorder?: Recorder | null
  notices?: Notices
  approvals?: Approvals | null
}

/** Shows every position until the signal aborts: as lines of JSON, or as a table, which a terminal has drawn in place. */
export async function show(broker: Broker, options: ShowOptions): Promise<void> {
  if (options.json) await showLines(broker, options)
  else await (isTerminal() ? showTable(broker, options) : showTables(broker, options))
}

async function showLines(broker: Broker, { signal, view, recorder, approvals }: ShowOptions): Promise<void> {
  let failures = 0
  using _ = printEvents(broker)
  const stopListening = approvals ? listenToKeys(approvals.type) : () => undefined
  try {
    await follow(broker, signal, {
      position(position, plan) {
        recorder?.record(position, planConditionsOf(broker, plan))
        printJson(recordOf(view(plan)))
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

/** One table after the other, for a file or a pipe. */
async function showTables(
  broker: Broker,
  { signal, view, lines, payments, recorder, approvals }: ShowOptions,
): Promise<void> {
  let failures = 0
  using _ = payments ? tellPayments(broker, print) : null
  const stopListening = approvals ? listenToKeys(approvals.type) : () => undefined
  try {
    await follow(broker, signal, {
      position(position, plan) {
        recorder?.record(position, planConditionsOf(broker, plan))
        print(['', ...lines(view(plan)), ...refusalLines(broker)].join('\n'))
      },
      tick(status) {
        if (status.failures > failures) print(statusLine(status, status.ageMs ?? 0))
        failures = status.failures
      },
    })
  } finally {
    stopListening()
  }
}

async function showTable(
  broker: Broker,
  { signal, view, lines, payments, recorder, notices, approvals }: ShowOptions,
): Promise<void> {
  const screen = openScreen((keys) => {
    approvals?.type(keys)
    draw()
  })
  using _ = payments ? tellPayments(broker, screen.insert) : null
  let table: string[] = []
  let readAt = Date.now()
  const draw = () => {
    const question = approvals?.question() ?? null
    const messages = [notices?.last() ?? null, question && paint('yellow', question)].filter((line) => line !== null)
    const status = statusLine(broker.positions$.status, Date.now() - readAt)
    screen.draw(['', ...table, '', ...refusalLines(broker), ...messages, status])
  }
  try {
    await follow(broker, signal, {
      position(position, plan) {
        recorder?.record(position, planConditionsOf(broker, plan))
        table = lines(view(plan))
        readAt = Date.now()
        draw()
      },
      tick: draw,
    })
  } finally {
    screen.close()
  }
}

/** Ages in seconds, of what was read last and of the failures. */
function failureRecord({ failures, block, error, ageMs, failingForMs }: PositionStatus): object {
  const ages = { age: secondsOf(ageMs), failingFor: secondsOf(failingForMs) }
  return { type: 'reading-failed', failures, block, error: reasonOf(error), ...ages }
}

const secondsOf = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1_000))

/** What nodes say of transactions that they do not take now. */
function refusalLines(broker: Broker): string[] {
  return broker.transactions().flatMap((actor) => {
    const snapshot = actor.getSnapshot()
    const { id, operation, refusal } = snapshot.context
    if (!refusal || !snapshot.hasTag('open')) return []
    return [paint('red', `The node does not take transaction ${id} (${operation}): ${refusal.message}`)]
  })
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
