import { readFileSync, writeFileSync } from 'node:fs'
import { configSchema } from '../config/file.ts'
import { commandWords } from './command-words.ts'
import { manPage } from './man-page.ts'

// Writes the manual and the schema of the config file. Runs after tsc, from dist.
const root = new URL('../../../../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
writeFileSync(new URL('dist/og-ledger.1', root), manPage(await commandWords(), version))
writeFileSync(new URL('dist/config.schema.json', root), `${JSON.stringify(configSchema, null, 2)}\n`)
