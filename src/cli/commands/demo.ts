import { defineCommand } from 'citty'
import { isComplete } from '../../local/packages.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { runDemo, type Stage } from '../demo/demo.ts'
import { logOutput } from '../demo/log-output.ts'
import { tableOutput } from '../demo/table-output.ts'
import { introLines, summaryLines } from '../demo/words.ts'
import { EXIT } from '../exit-codes.ts'
import { interrupted } from '../session/interrupt.ts'
import { jsonOption } from '../arguments/options.ts'
import { recordOf } from '../screen/view.ts'
import { isTerminal, note, print, printJson } from '../screen/terminal.ts'
import { demoOptions, openUi, uiPlanOf } from '../ui.ts'
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
    simulated: { type: 'boolean', description: 'the contracts in memory, instead of on a chain of this machine' },
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
    const crowd = { inferenceProviders: providers - fineTuningProviders, fineTuningProviders }
    const json = args.json === true
    const speed = speedOf(args)
    const page = uiPlanOf({ ...args, ui: args.ui && !json })
    if (!json) print(introLines({ ...crowd, speed }).join('\n'))
    const stage = json ? jsonStage : isTerminal() ? tableOutput(seconds) : logOutput()
    const outcome = await runDemo({
      ...crowd,
      speed,
      seconds,
      signal: interrupted,
      stage,
      open: async (broker) => page && openUi(broker, page),
    }).finally(stage.close)
    if (!outcome) return EXIT.ok
    if (json) printJson({ type: 'summary', ...outcome })
    else print(`\n${summaryLines(outcome).join('\n')}`)
    return outcome.faults.length === 0 ? EXIT.ok : EXIT.failed
  },
})

/** Null for the real contracts. Where they cannot be had, simulated ones do. */
function speedOf({ simulated, speed }: { simulated?: boolean | undefined; speed?: string | undefined }): number | null {
  const times = numberOf(speed, 'speed', { least: 1, most: TOP_SPEED })
  if (simulated) return times ?? 1
  if (times !== undefined) throw new UsageError('--speed needs --simulated: a real chain has its own time.')
  if (isComplete()) return null
  note('What it takes to start a chain is not installed: the contracts are simulated.')
  return 1
}

/** For programs: a line for each position. */
const jsonStage: Stage = {
  served: () => undefined,
  began: () => undefined,
  deposited: () => undefined,
  charged: () => undefined,
  seen: (seen) => printJson(recordOf(seen)),
  close: () => undefined,
}
