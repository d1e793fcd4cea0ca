import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { autoFundingMachine, ledgerMachine, subAccountMachine } from '../../machines/index.ts'
import { mermaidOf } from '../../src/cli/charts.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

test('the diagrams of the README are those of the machines', () => {
  const diagrams = [...readme.matchAll(/```mermaid\n([^]*?)\n```/g)].map(([, diagram]) => diagram)
  // `og-ledger machines NAME` prints what stands there.
  expect(diagrams).toEqual([subAccountMachine, autoFundingMachine, ledgerMachine].map(mermaidOf))
})
