import type { Plan } from '../../index.ts'
import type { Fleet } from '../../fleet/index.ts'
import type { Notices } from '../screen/notices.ts'
import { openScreen } from '../screen/screen.ts'
import { isTerminal, lineWidth, paint, print, printJson } from '../screen/terminal.ts'
import { until } from '../session/interrupt.ts'
import { fleetLines, headLines, type FleetRow } from './lines.ts'
import type { FleetCounter } from './tally.ts'

export type ShowFleetOptions = {
  json: boolean
  signal: AbortSignal
  /** The node's host. */
  host: string
  /** What a wallet is called in the config; its address where it has no name. */
  nameOf: (wallet: string) => string
  counter: FleetCounter
  notices: Notices
}

/** How often states and leases are looked at. */
const TICK_MS = 500

/** Shows a fleet until the signal aborts: as a table drawn in place, or as lines of JSON. */
export async function showFleet(fleet: Fleet, options: ShowFleetOptions): Promise<void> {
  const { signal, nameOf } = options
  const plans = new Map<string, Plan>()
  const subscription = fleet.plan$.subscribe((plan) => void plans.set(plan.position.wallet.address, plan))
  const rows = (): FleetRow[] =>
    fleet.wallets().map((one) => {
      const plan = (one.state === 'open' && plans.get(one.wallet)) || null
      return { ...one, name: nameOf(one.wallet), plan }
    })
  const view = options.json
    ? openLines(fleet, rows, options)
    : isTerminal()
      ? openTable(fleet, rows, options)
      : openTables(fleet, rows, options)
  const timer = setInterval(view.tick, TICK_MS)
  try {
    view.tick()
    await until(signal)
  } finally {
    clearInterval(timer)
    subscription.unsubscribe()
    view.close()
  }
}

type View = { tick(): void; close(): void }

function openTable(fleet: Fleet, rows: () => FleetRow[], { host, counter, notices }: ShowFleetOptions): View {
  const screen = openScreen()
  return {
    tick() {
      const last = notices.last()
      const end = [...(last === null ? [] : [last]), paint('dim', 'Ctrl-C or q ends it, and hands the leases back.')]
      screen.draw(['', ...headLines(fleet, host, counter.tally()), '', ...fleetLines(rows(), lineWidth()), '', ...end])
    },
    close: screen.close,
  }
}

/** For a file or a pipe: another table whenever it has changed. */
function openTables(fleet: Fleet, rows: () => FleetRow[], { host, counter }: ShowFleetOptions): View {
  let before = ''
  const tick = (): void => {
    const text = ['', ...headLines(fleet, host, counter.tally()), '', ...fleetLines(rows(), lineWidth())].join('\n')
    if (text === before) return
    before = text
    print(text)
  }
  // Its wallets are being closed by then: the last table stays.
  return { tick, close: () => undefined }
}

/** Each event, each wallet whose state or lease has changed, and the sums where one has. */
function openLines(fleet: Fleet, rows: () => FleetRow[], { counter }: ShowFleetOptions): View {
  const subscription = fleet.events$.subscribe((event) => printJson({ type: 'event', event }))
  const told = new Map<string, string>()
  const tell = (key: string, line: object): void => {
    const text = JSON.stringify(line, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one))
    if (told.get(key) === text) return
    told.set(key, text)
    printJson(line)
  }
  const tick = (): void => {
    for (const { wallet, name, state, reason, retry, lease } of rows())
      tell(wallet, {
        type: 'fleet-wallet',
        wallet,
        name,
        state,
        reason,
        retry: retry ? { ...retry, at: Math.ceil(retry.at / 1_000) } : null,
        holder: lease?.holder ?? null,
        epoch: lease?.epoch ?? null,
      })
    tell('', { type: 'fleet', ...counter.tally() })
  }
  return {
    tick,
    close() {
      tick()
      subscription.unsubscribe()
    },
  }
}
