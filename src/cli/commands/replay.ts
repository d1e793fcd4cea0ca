import { readFile } from 'node:fs/promises'
import { defineCommand } from 'citty'
import { readConfig, type FundingConfig } from '../config/file.ts'
import { outputOptions } from '../arguments/options.ts'
import { decodeRecording, type Recording } from '../../index.ts'
import { planConditionsIn, type PlanConditions } from '../replay/plan-conditions.ts'
import { replay } from '../replay/replay.ts'
import { replayLines } from '../replay/lines.ts'
import { note, print, printJson, wantsJson } from '../screen/terminal.ts'
import { UsageError } from '../arguments/usage-error.ts'

export const command = defineCommand({
  args: {
    file: { type: 'positional', required: true, description: 'what watch or auto-fund recorded with --record' },
    policy: {
      type: 'string',
      valueHint: 'file',
      description: 'a config as auto-fund takes it; without providers its defaults hold for every recorded sub-account',
    },
    ...outputOptions,
  },
  async run({ args }) {
    const config: FundingConfig =
      args.policy === undefined ? { defaults: {}, providers: null } : await readConfig(args.policy)
    const { positions, late, torn, conditions } = await recordingIn(args.file)
    if (torn) note('The last line is torn and left out.')
    if (late > 0) note(`Left out: ${late} that went back to an earlier block.`)
    const result = replay(positions, config, conditions)
    if (wantsJson(args)) printJson({ type: 'replay', ...result })
    else print(replayLines(result).join('\n'))
  },
})

type Found = Recording & { conditions: ReadonlyMap<number, PlanConditions> }

async function recordingIn(file: string): Promise<Found> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`)
  })
  try {
    const recording = decodeRecording(text)
    if (recording.positions.length > 1) return { ...recording, conditions: planConditionsIn(text) }
  } catch (error) {
    throw new UsageError(`${file} is no recording. ${error instanceof Error ? error.message : ''}`.trim())
  }
  throw new UsageError(`${file} has too few positions to replay: it needs two.`)
}
