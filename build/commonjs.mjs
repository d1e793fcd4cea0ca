// Writes what `require` finds beside each entry of the package: Node 20.19 and later load the same modules for it, so that a
// program has one og-ledger, and TypeScript finds their types.
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

for (const { require, default: entry } of Object.values(JSON.parse(readFileSync(at('package.json'), 'utf8')).exports)) {
  if (!require) continue
  const module = `./${basename(entry)}`
  writeFileSync(at(require), `module.exports = require('${module}')\n`)
  writeFileSync(at(require.replace(/\.cjs$/, '.d.cts')), `import entry = require('${module}')\nexport = entry\n`)
}
