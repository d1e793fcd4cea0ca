import { defineCommand } from 'citty'
import { isComplete } from '../../local/packages.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { runDemo, type DemoOutput } from '../demo/demo.ts'
import { logOutput } from '../demo/log-output.ts'
import { tableOutput } from '../demo/table-output.ts'
import { runServingDemo } from '../demo/serving.ts'
import { introLines, printServed, summaryLines } from '../demo/words.ts'
import { EXIT } from '../exit-codes.ts'
import { interrupted } from '../session/interrupt.ts'
import { outputOptions, type OutputArguments } from '../arguments/options.ts'
import { servedInWords } from '../screen/serve-words.ts'
import { recordOf } from '../screen/view.ts'
import { isTerminal, note, print, printChainJson, printJson } from '../screen/terminal.ts'
import { demoOptions, pagePlanOf } from '../arguments/page-options.ts'
import { openPage } from '../session/page.ts'
import { numberOf } from '../arguments/values.ts'
import { DEFAULT_PORT } from '../serve/port.ts'

const PROVIDERS = 5
const MOST_PROVIDERS = 50
const TOP_SPEED = 1_000
const MOST_WALLETS = 200

export const command = defineCommand({
  args: {
    for: { type: 'string', valueHint: 'seconds', description: 'ends by itself after that; else with Ctrl-C' },
    providers: {
      type: 'string',
      valueHint: 'number',
      description: `how many charge: ${PROVIDERS} by default, at most ${MOST_PROVIDERS}; the last one offers fine-tuning`,
    },
    simulated: { type: 'boolean', description: 'simulates the contracts in memory instead of starting a chain' },
    speed: {
      type: 'string',
      valueHint: 'times',
      description: `with --simulated: how many times faster than the clock, up to ${TOP_SPEED}`,
    },
    serve: {
      type: 'boolean',
      description: 'serves a simulated model instead, through a sub-account that starts empty: chat with it',
    },
    port: { type: 'string', valueHint: 'port', description: 'with --serve: where it listens (8787)' },
    chain: {
      type: 'boolean',
      description:
        'starts the chain alone, for a program of your own: prints how to connect, and charges what it funds',
    },
    fleet: {
      type: 'string',
      valueHint: 'wallets',
      description: `many wallets instead, on two processes of which one is killed: from 2 to ${MOST_WALLETS}`,
    },
    ...demoOptions,
    ...outputOptions,
  },
  async run({ args }) {
    if (args.fleet !== undefined) return await showFleet(args)
    if (args.chain) return await showChain(args)
    if (args.serve) return await serveModel(args)
    if (args.port !== undefined) throw new UsageError('--port is about a served model: it needs --serve.')
    const seconds = numberOf(args.for, 'for', { least: 1 }) ?? null
    const providers = numberOf(args.providers, 'providers', { least: 1, most: MOST_PROVIDERS }) ?? PROVIDERS
    const fineTuningProviders = providers > 1 ? 1 : 0
    const counts = { inferenceProviders: providers - fineTuningProviders, fineTuningProviders }
    const json = isJson(args)
    const speed = speedOf(args)
    const pagePlan = pagePlanOf({ ...args, ui: args.ui && !json })
    if (!json) print(introLines({ ...counts, speed }).join('\n'))
    const output = json ? jsonOutput : isTerminal() ? tableOutput(seconds) : logOutput()
    const outcome = await runDemo({
      ...counts,
      speed,
      seconds,
      signal: interrupted,
      output,
      openPage: async (broker) => pagePlan && openPage(broker, pagePlan),
    }).finally(output.close)
    if (!outcome) return EXIT.ok
    if (json) printJson({ type: 'summary', ...outcome })
    else print(`\n${summaryLines(outcome).join('\n')}`)
    return outcome.faults.length === 0 ? EXIT.ok : EXIT.failed
  },
})

async function showFleet(args: { fleet?: string | undefined } & OutputArguments & Others): Promise<number> {
  const other = (['for', 'providers', 'simulated', 'speed', 'serve', 'port', 'chain'] as const).find(
    (name) => args[name] !== undefined,
  )
  if (other !== undefined) throw new UsageError(`Either --fleet or --${other}, not both.`)
  const wallets = numberOf(args.fleet, 'fleet', { least: 2, most: MOST_WALLETS }) ?? 0
  // Two processes and a database are loaded for this alone.
  const { showFleetDemo } = await import('../demo/fleet/run.ts')
  return showFleetDemo({ wallets, json: isJson(args) })
}

type Others = Partial<Record<'for' | 'providers' | 'simulated' | 'speed' | 'serve' | 'port' | 'chain', unknown>>

async function showChain(args: { for?: string | undefined } & OutputArguments & Others): Promise<number> {
  const other = (['providers', 'simulated', 'speed', 'serve', 'port'] as const).find((name) => args[name] !== undefined)
  if (other !== undefined) throw new UsageError(`Either --chain or --${other}, not both.`)
  const { runForOwnProgram } = await import('../demo/own-program.ts')
  const { printChain } = await import('../demo/chain-lines.ts')
  const seconds = numberOf(args.for, 'for', { least: 1 }) ?? null
  const json = isJson(args)
  await runForOwnProgram({ seconds, signal: interrupted, onReady: (chain) => printChain(chain, { json }) })
  return EXIT.ok
}

async function serveModel(args: {
  for?: string | undefined
  port?: string | undefined
  providers?: string | undefined
  simulated?: boolean | undefined
  speed?: string | undefined
  format?: string | undefined
  json?: boolean | undefined
}): Promise<number> {
  const other = (['providers', 'simulated', 'speed'] as const).find((name) => args[name] !== undefined)
  if (other !== undefined) throw new UsageError(`Either --serve or --${other}, not both.`)
  const seconds = numberOf(args.for, 'for', { least: 1 }) ?? null
  const port = numberOf(args.port, 'port', { most: 65_535 }) ?? DEFAULT_PORT
  const json = isJson(args)
  const counts = await runServingDemo({
    port,
    seconds,
    signal: interrupted,
    onReady(served) {
      if (json) printChainJson({ type: 'serving', ...served })
      else printServed(served)
    },
  })
  if (counts && json) printJson({ type: 'served', ...counts })
  else if (counts) print(`\n${servedInWords(counts)}`)
  return EXIT.ok
}

/** Without a terminal the demo prints what happens in words: only asked for, it prints JSON. */
const isJson = ({ format, json }: OutputArguments): boolean => json === true || format === 'json'

/** The speed of simulated contracts; null for the real ones, unless the packages that they need are missing. */
function speedOf({ simulated, speed }: { simulated?: boolean | undefined; speed?: string | undefined }): number | null {
  const times = numberOf(speed, 'speed', { least: 1, most: TOP_SPEED })
  if (simulated) return times ?? 1
  if (times !== undefined) throw new UsageError('--speed needs --simulated: a real chain has its own time.')
  if (isComplete()) return null
  note('The packages that start a chain are not installed: the contracts are simulated.')
  return 1
}

/** For programs: a line of JSON for each position. */
const jsonOutput: DemoOutput = {
  onPage: () => undefined,
  onStart: () => undefined,
  onDeposit: () => undefined,
  onCharge: () => undefined,
  onEnding: () => undefined,
  onPosition: (view) => printJson(recordOf(view)),
  close: () => undefined,
}
