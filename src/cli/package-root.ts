import { createRequire } from 'node:module'
import { dirname } from 'node:path'

/** The folder of this package, found by its name: the code that asks may run from a chunk, or from its source. */
export const packageRoot = (): string => dirname(createRequire(import.meta.url).resolve('og-ledger/package.json'))
