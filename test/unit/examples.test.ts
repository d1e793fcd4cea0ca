import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/command-table.ts'
import { parseConfig } from '../../src/cli/config/file.ts'
import { parseFleetConfig } from '../../src/cli/fleet/config.ts'
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

  test.for([
    ['docker/Dockerfile', 'auto-fund'],
    ['systemd/og-ledger.service', 'auto-fund'],
    ['kubernetes/og-ledger.yml', 'auto-fund'],
    ['kubernetes/og-ledger-fleet.yml', 'fleet'],
  ] as const)('%s starts a command that exists, with options that it has', async ([path, name]) => {
    const command = await commands[name]?.load()
    const known = Object.keys(command?.args ?? {}).map((option) => `--${option}`)
    const started = new RegExp(`[["/. ]${name}[," ]+--config.*`).exec(read(path).replaceAll('\\\n', ' '))
    const options = started?.[0].match(/--[a-z-]+/g) ?? []
    expect(options.length).toBeGreaterThan(2)
    expect(options.filter((option) => !known.includes(option))).toEqual([])
  })

  test('the configs in the pods are ones that their commands take', () => {
    const [one, many] = ['og-ledger', 'og-ledger-fleet'].map((name) => configIn(read(`kubernetes/${name}.yml`)))
    expect(parseConfig(one ?? '').providers).toHaveLength(1)
    expect(parseFleetConfig(many ?? '')).toMatchObject({ leaseMs: 20_000, policies: [{ wallets: ['*'] }] })
  })
})

/** The file of a ConfigMap: an indented block. */
function configIn(yaml: string): string {
  return /\.json: \|\n((?: {4}.*\n)+)/.exec(yaml)?.[1] ?? ''
}
