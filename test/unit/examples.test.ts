import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/command-table.ts'
import { families } from '../../src/metrics/families.ts'

const folder = join(import.meta.dirname, '../../examples')
const read = (path: string) => readFileSync(join(folder, path), 'utf8')

/** Every series that a scrape can have. */
const series = new Set(
  Object.values(families).flatMap(({ name, type }) => {
    if (type === 'counter') return [`${name}_total`]
    return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
  }),
)

describe('the examples for production', () => {
  test.for(['grafana/og-ledger.json', 'prometheus/alerts.yml'])('%s asks for series that og-ledger writes', (path) => {
    const named = new Set(read(path).match(/\bog_ledger_\w+/g))
    expect(named.size).toBeGreaterThan(7)
    expect([...named].filter((name) => !series.has(name))).toEqual([])
  })

  test('the dashboard shows every part of a wallet, once', () => {
    const { panels } = JSON.parse(read('grafana/og-ledger.json')) as {
      panels: { id: number; title: string; type: string }[]
    }
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'What stops first',
      'Money',
      'States and reasons',
      'Transactions',
      'Node and providers',
      'Fleet',
    ])
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })

  test('containers, units and pods start a command that exists, with options that it has', async () => {
    const autoFund = await commands['auto-fund']?.load()
    const known = Object.keys(autoFund?.args ?? {}).map((name) => `--${name}`)
    for (const path of ['docker/Dockerfile', 'systemd/og-ledger.service', 'kubernetes/og-ledger.yml']) {
      const text = read(path)
      expect(text).toContain('auto-fund')
      const given = text.replaceAll('\\\n', ' ').split('auto-fund').at(-1)?.split('\n')[0] ?? ''
      const options = given.match(/--[a-z-]+/g) ?? []
      expect(options.length, path).toBeGreaterThan(2)
      expect(
        options.filter((option) => !known.includes(option)),
        path,
      ).toEqual([])
    }
  })
})
