import { defineCommand } from 'citty'
import { runDemo, type Stage } from '../demo/demo.ts'
import { logStage } from '../demo/log-stage.ts'
import { tableStage } from '../demo/table-stage.ts'
import { introLines, summaryLines } from '../demo/words.ts'
import { EXIT } from '../exit-codes.ts'
import { interrupted } from '../interrupt.ts'
import { jsonOption } from '../options.ts'
import { recordOf } from '../seen.ts'
import { isTerminal, print, printJson } from '../terminal.ts'
import { demoOptions, openUi, uiPlanOf } from '../ui.ts'
import { numberOf } from '../values.ts'

const PROVIDERS = 5
const MOST_PROVIDERS = 50

export const command = defineCommand({
  args: {
    for: { type: 'string', valueHint: 'seconds', description: 'ends by itself after that; else with Ctrl-C' },
    providers: {
      type: 'string',
      valueHint: 'number',
      description: `how many charge: ${PROVIDERS} by default, at most ${MOST_PROVIDERS}; the last one offers fine-tuning`,
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
    const page = uiPlanOf({ ...args, ui: args.ui && !json })
    if (!json) print(introLines(crowd).join('\n'))
    const stage = json ? jsonStage : isTerminal() ? tableStage(seconds) : logStage()
    const outcome = await runDemo({
      ...crowd,
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

/** For programs: a line for each position. */
const jsonStage: Stage = {
  served: () => undefined,
  began: () => undefined,
  deposited: () => undefined,
  charged: () => undefined,
  seen: (seen) => printJson(recordOf(seen)),
  close: () => undefined,
}
