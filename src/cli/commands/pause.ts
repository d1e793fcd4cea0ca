import { defineCommand } from 'citty'
import { pauseOptions, setPaused } from '../keeper/pausing.ts'

export const command = defineCommand({
  args: pauseOptions,
  run: ({ args }) => setPaused(args, true),
})
