import { readFileSync } from 'node:fs'
import { cpus, platform, release } from 'node:os'
import process from 'node:process'

/**
 * Every figure is a cost: a ratio above 1 means that the reference costs that many times as much. Null where it has
 * nothing of the kind.
 */
export function ratioOf({ reference, ours }) {
  if (reference === undefined || reference === null) return null
  if (reference === ours) return 1
  return ours === 0 ? Infinity : reference / ours
}

export function table(rows) {
  const cells = rows.map((row) => [
    row.name,
    figure(row.reference, row, row.referenceAtLeast),
    figure(row.ours, row, row.oursAtLeast),
    ratioText(ratioOf(row)),
    row.note ?? '',
  ])
  const all = [['', 'reference', 'og-ledger', 'ratio', ''], ...cells]
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)))
  return all
    .map((line) =>
      line
        .map((cell, column) => aligned(cell, column, widths))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function machine() {
  return {
    cpus: cpus().length,
    model: cpus()[0]?.model.trim() ?? 'unknown',
    system: `${platform()} ${release()}`,
    node: process.version,
    ethers: versionOf('ethers'),
    reference: versionOf('@0gfoundation/0g-compute-ts-sdk'),
    anvil: versionOf('@foundry-rs/anvil'),
    date: new Date().toISOString().slice(0, 10),
  }
}

function figure(value, { digits }, atLeast = false) {
  if (value === undefined || value === null) return '-'
  return `${atLeast ? '> ' : ''}${value.toFixed(digits)}`
}

function ratioText(ratio) {
  if (ratio === null) return '-'
  if (!Number.isFinite(ratio)) return 'all'
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)}×`
}

function aligned(cell, column, widths) {
  return column === 0 || column === 4 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])
}

function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}
