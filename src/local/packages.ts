import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { OgLedgerError } from '../base/og-ledger-error.ts'

const NEEDED = [
  '@foundry-rs/anvil/package.json',
  '@0gfoundation/0g-compute-ts-sdk',
  '@openzeppelin/contracts/build/contracts/ERC1967Proxy.json',
]
const INSTALL = 'npm install --save-dev @foundry-rs/anvil @0gfoundation/0g-compute-ts-sdk @openzeppelin/contracts'

/**
 * The path of a module of a development package. Node looks for the package beside og-ledger, then in the working
 * directory: under a strict package manager og-ledger resolves only its own dependencies.
 *
 * @throws OgLedgerError naming what to install
 */
export function locate(module: string, from: readonly string[] = [import.meta.url, resolve('index.js')]): string {
  const errors = []
  for (const place of from) {
    try {
      return createRequire(place).resolve(module)
    } catch (error) {
      errors.push(error)
    }
  }
  throw new OgLedgerError(
    'The local chain needs three development packages, and at least one is not installed.',
    { missing: module, install: INSTALL },
    { cause: errors[0] },
  )
}

/** Whether all packages that a local chain needs are installed. */
export function isComplete(): boolean {
  return NEEDED.every((module) => {
    try {
      return locate(module) !== ''
    } catch {
      return false
    }
  })
}

/** Loads a CommonJS or JSON file; the caller decodes what it exports. */
export function load(file: string): unknown {
  return createRequire(import.meta.url)(file)
}
