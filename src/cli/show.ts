import { OgLedgerError, type Broker, type Plan, type Position, type PositionStatus } from '../index.ts'
import { follow } from './follow.ts'
import { openScreen } from './screen.ts'
import { recordOf, type Seen } from './seen.ts'
import { paint, printJson } from './terminal.ts'

export type Show = {
  json: boolean
  signal: AbortSignal
  see: (position: Position, plan: Plan) => Seen
  /** What a terminal shows of it. */
  lines: (seen: Seen) => string[]
}

/** Shows every position until the signal aborts: as a table drawn in place, or as lines of JSON. */
export async function show(broker: Broker, options: Show): Promise<void> {
  await (options.json ? showLines(broker, options) : showTable(broker, options))
}

async function showLines(broker: Broker, { signal, see }: Show): Promise<void> {
  let failures = 0
  await follow(broker, signal, {
    position: (position, plan) => printJson(recordOf(see(position, plan))),
    tick(status) {
      if (status.failures > failures) printJson(failureRecord(status))
      failures = status.failures
    },
  })
}

async function showTable(broker: Broker, { signal, see, lines }: Show): Promise<void> {
  const screen = openScreen()
  let shown: string[] = []
  let readAt = Date.now()
  const draw = () => screen.draw(['', ...shown, '', statusLine(broker.positions$.status, Date.now() - readAt)])
  try {
    await follow(broker, signal, {
      position(position, plan) {
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
