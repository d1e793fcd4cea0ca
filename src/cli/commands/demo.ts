import { defineCommand } from 'citty'
import { isComplete } from '../../local/packages.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { runDemo, type DemoOutput } from '../demo/demo.ts'
import { logOutput } from '../demo/log-output.ts'
import { tableOutput } from '../demo/table-output.ts'
import { introLines, summaryLines } from '../demo/words.ts'
import { EXIT } from '../exit-codes.ts'
import { interrupted } from '../session/interrupt.ts'
import { jsonOption } from '../arguments/options.ts'
import { recordOf } from '../screen/view.ts'
import { isTerminal, note, print, printJson } from '../screen/terminal.ts'
import { demoOptions, pagePlanOf } from '../arguments/page-options.ts'
import { openPage } from '../session/page.ts'
import { numberOf } from '../arguments/values.ts'

const PROVIDERS = 5
const MOST_PROVIDERS = 50
const TOP_SPEED = 1_000

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
    ...demoOptions,
    ...jsonOption,
  },
  async run({ args }) {
    const seconds = numberOf(args.for, 'for', { least: 1 }) ?? null
    const providers = numberOf(args.providers, 'providers', { least: 1, most: MOST_PROVIDERS }) ?? PROVIDERS
    const fineTuningProviders = providers > 1 ? 1 : 0
    const counts = { inferenceProviders: providers - fineTuningProviders, fineTuningProviders }
    const json = args.json === true
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
  onPosition: (view) => printJson(recordOf(view)),
  close: () => undefined,
}
