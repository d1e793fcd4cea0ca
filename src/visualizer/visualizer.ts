import { randomBytes } from 'node:crypto'
import type { Broker } from '../index.ts'
import { createApprovals, type PageApprove } from './approvals.ts'
import { readAssets } from './assets.ts'
import { createEntryLog } from './entry-log.ts'
import { createClients } from './clients.ts'
import { ACTIONS } from './control-request.ts'
import { createControl } from './control.ts'
import { fetchHandlerOf, type FetchHandler } from '../http/fetch-response.ts'
import type { Handler } from '../http/guest.ts'
import { createHandler } from './handler.ts'
import { createHistory, type HistoryLimits, type Line } from './history.ts'
import { networkOf } from './network.ts'
import { probesOf } from './probes.ts'
import { closingPlanStateOf } from './closing-plan.ts'
import { PROTOCOL, type ClosingPlanState, type Hello } from './protocol.ts'
import { listen, type Server } from '../http/listen.ts'
import { checkVisualizerOptions, type VisualizerOptions } from './visualizer-options.ts'

/** A page that shows a running broker. */
export type Visualizer = {
  /** URL of the page; null without a server of its own. */
  readonly url: string | null
  /**
   * For any Node server: `http.createServer(handler)`, or `app.use('/ledger', handler)` of Express. It calls `next` for what is not its
   * own.
   */
  readonly handler: Handler
  /** The same for servers that take a `Request` and give a `Response`: Next.js, Hono, Bun, Deno. */
  readonly fetch: FetchHandler
  /** For `startAutoFunding` and `startAutoDeposit`: payments wait until the page approves them. Without control it always answers no. */
  readonly approve: PageApprove
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const BEAT_MS = 10_000
/** Entries in one part of a `Hello`. */
const CHUNK = 50
const LIMITS: HistoryLimits = { entries: 100_000, bytes: 32 * 2 ** 20 }

/**
 * Serves a page with the broker's state and its history, live, for as long as the broker runs. Its subscription makes the
 * broker read, but keeps neither the process alive nor the broker open.
 *
 * @example
 * const visualizer = await createVisualizer(broker, { port: 4600 })
 * console.log(visualizer.url)
 *
 * @throws InvalidInputError for a token that is too short, or an address that cannot be listened on
 */
export async function createVisualizer(broker: Broker, options: VisualizerOptions = {}): Promise<Visualizer> {
  checkVisualizerOptions(options)
  const { port = 0, host = '127.0.0.1', hosts = [], control, dryRun = false } = options
  const basePath = (options.basePath ?? '').replace(/\/+$/, '')
  const instance = randomBytes(6).toString('hex')
  const { files, charts, version } = await readAssets()
  const approvals = createApprovals()
  const log = createEntryLog(broker, { dryRun, onEntry: (entry) => clients.push(history.add(entry)) })
  const history = createHistory(log.base, { ...LIMITS, ...options.history })
  const clients = createClients(history, instance)
  const { use } = createControl(broker, { ...log, approvals })
  const handler = createHandler({
    files,
    clients,
    hello,
    control: control ? { ...control, use, closingPlan } : null,
    basePath,
    hosts: [...hosts, host],
    probes: probesOf(broker),
  })
  const beat = setInterval(() => {
    log.checkReading()
    clients.beat()
  }, BEAT_MS)
  // The timer does not keep the process alive, and neither does a page that listens.
  beat.unref()
  let server: Server | null = null
  let closing: Promise<void> | null = null
  try {
    if (port !== null) server = await listen(handler, { name: 'The visualizer', port, host })
  } catch (error) {
    await shut()
    throw error
  }

  const visualizer: Visualizer = {
    url: server && `${server.url}${basePath}/`,
    handler,
    fetch: fetchHandlerOf(handler),
    approve: control ? approvals.approve : () => Promise.resolve(false),
    close: () => (closing ??= shut()),
    [Symbol.asyncDispose]: () => visualizer.close(),
  }
  return visualizer

  async function closingPlan(): Promise<ClosingPlanState> {
    return closingPlanStateOf(await broker.ledger.closingPlan())
  }

  /** The reader may take the parts later: all of them are of the moment of the call. */
  function hello(): Iterable<string> {
    const head: Omit<Hello, 'history'> = {
      protocol: PROTOCOL,
      id: `${instance}.${history.seq()}`,
      version,
      wallet: broker.wallet,
      network: networkOf(broker, options.explorer),
      actions: control ? ACTIONS : [],
      dryRun: dryRun !== false,
      charts,
      base: history.base(),
    }
    return partsOf(JSON.stringify(head), history.all())
  }

  async function shut(): Promise<void> {
    clearInterval(beat)
    log.close()
    approvals.close()
    clients.close()
    await server?.close()
  }
}

function* partsOf(head: string, lines: readonly Line[]): Iterable<string> {
  yield `${head.slice(0, -1)},"history":[`
  for (let start = 0; start < lines.length; start += CHUNK) {
    const some = lines.slice(start, start + CHUNK).map(({ json }) => json)
    yield (start === 0 ? '' : ',') + some.join(',')
  }
  yield ']}'
}
