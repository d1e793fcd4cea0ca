import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { OgLedgerError } from '../base/errors.ts'

const NEEDED = [
  '@foundry-rs/anvil/package.json',
  '@0gfoundation/0g-compute-ts-sdk',
  '@openzeppelin/contracts/build/contracts/ERC1967Proxy.json',
]
const INSTALL = 'npm install --save-dev @foundry-rs/anvil @0gfoundation/0g-compute-ts-sdk @openzeppelin/contracts'

/**
 * Where a module of a development package lies. The packages are looked for beside og-ledger, then in the working
 * directory: a strict package manager shows og-ledger only what og-ledger itself depends on.
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

/** Whether everything is installed that a local chain needs. */
export function isComplete(): boolean {
  return NEEDED.every((module) => {
    try {
      return locate(module) !== ''
    } catch {
      return false
    }
  })
}

/** Loads a CommonJS or JSON file: what is in it is for the caller to decode. */
export function load(file: string): unknown {
  return createRequire(import.meta.url)(file)
}
