import { readFileSync, writeFileSync } from 'node:fs'
import { configSchema } from '../config/file.ts'
import { outputSchema } from '../output/output.schema.ts'
import { fleetSchema } from '../fleet/config.ts'
import { bashCompletion } from './bash.ts'
import { commandWords } from './command-words.ts'
import { fishCompletion } from './fish.ts'
import { manPage } from './man-page.ts'
import { zshCompletion } from './zsh.ts'

// Writes the manual, the completions and the schemas of config file and output. Runs after tsc, from dist.
const root = new URL('../../../../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
const words = await commandWords()
const files = {
  'og-ledger.1': manPage(words, version),
  'completion.bash': bashCompletion(words),
  'completion.zsh': zshCompletion(words),
  'completion.fish': fishCompletion(words),
  'config.schema.json': `${JSON.stringify(configSchema, null, 2)}\n`,
  'output.schema.json': `${JSON.stringify(outputSchema, null, 2)}\n`,
  'fleet.schema.json': `${JSON.stringify(fleetSchema, null, 2)}\n`,
}
for (const [name, text] of Object.entries(files)) writeFileSync(new URL(`dist/${name}`, root), text)
