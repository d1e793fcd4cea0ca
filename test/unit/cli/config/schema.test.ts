import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UsageError } from '../../../../src/cli/arguments/usage-error.ts'
import { configSchema, parseConfig } from '../../../../src/cli/config/file.ts'

const ONE = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const TWO = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'

const isTaken = new Ajv2020({ allowUnionTypes: true }).compile(configSchema)

/** What a schema cannot say: several fields together, a provider that stands twice. */
const TOGETHER =
  /lies below the trigger|either target or runway|the same provider and service as|target is more than the trigger|target is more than the ledger/i

/** Values at the edges of every check, good ones and bad ones. */
const values: readonly unknown[] = [
  '0',
  '1',
  '1.5',
  '0.000000000000000001',
  '0.0000000000000000001',
  '00.0',
  '1,5',
  '-1',
  '1e3',
  '',
  '.5',
  '5.',
  ' 1',

  '6h',
  '0h',
  '1.5d',
  '31d',
  '31.1d',
  '32d',
  '744h',
  '744.1h',
  '745h',
  '44640m',
  '44641m',
  '2678400s',
  '2678401s',
  '30m',
  '60m',
  '59s',
  '3600s',
  '3599s',
  '0s',
  '30s',
  '0.1s',
  '0.09s',
  '0.10s',
  '0.002m',
  '0.001m',
  '0.00001d',
  '0.000001d',
  '23.5d',
  '24d',
  '24.1d',
  '25d',
  '596h',
  '597h',
  '35791m',
  '35792m',
  '2147483s',
  '2147484s',
  '100ms',
  '24',
  '24H',
  'off',
  'hold',
  'reuse',
  'needed',
  'always',
  'never',
  'inference',
  'fine-tuning',
  'training',
  'mainnet',
  'testnet',
  'warning',
  'SLACK_URL',
  '1_URL',
  'https://example.org/x',

  ONE,
  TWO,
  `0x${'0'.repeat(40)}`,
  ONE.slice(0, -1),
  'a string',
  0,
  1,
  2,
  3,
  99,
  100,
  100.5,
  0.01,
  1e-7,
  1_000_000,
  1_000_001,
  2 ** 31 - 1,
  2 ** 31,
  2_678_400_000,
  2_678_400_001,
  -1,

  true,
  false,
  null,
  [],
  {},
  [ONE],
  { amount: '1' },
  { amount: '1', per: '24h' },
  { amount: '0', per: '24h' },
  { amount: '1', per: '32d' },
  { amount: '1', soft: true },
  { amount: '1', soft: 1 },
  { trigger: '1h', target: '6h' },

  { trigger: '6h', target: '1h' },
  { factor: 10, forMs: 0 },
  { factor: 1, forMs: 0 },
  { factor: 10, forMs: '10m' },
  { factor: 10, forMs: '10' },
  { factor: 10, forMs: '0.0s' },
  { after: '7d' },
  { after: '7d', keep: '1', when: 'always' },
  { after: '59m' },
  { after: '60m' },
  { keep: '1' },
  { env: 'SLACK_URL' },

  { chainId: 1, ledger: ONE, inference: TWO },
  { chainId: 1, ledger: ONE },
  { chainId: 0, ledger: ONE, inference: TWO },

  { chainId: 1, ledger: ONE, inference: TWO, rpcUrl: 'https://example.org' },
]

/** An object with some of the fields, each with any value. */
const objectOf = (names: readonly string[]): fc.Arbitrary<object> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values)), {
      selector: ([name]) => name,
      maxLength: 3,
    })
    .map((entries) => Object.fromEntries(entries) as object)

const terms = objectOf([...Object.keys(configSchemaAt('defaults')), 'maxTopup'])
const deposit = objectOf([...Object.keys(configSchemaAt('autoDeposit')), 'triger'])
const receiver = objectOf(['slack', 'pagerDuty', 'webhook', 'signWith', 'mail'])
const rule = fc.oneof(fc.constant(false), objectOf(['for', 'severity', 'below']))
const alerts = fc.record(
  {
    to: fc.array(receiver, { maxLength: 2 }),
    rules: fc.record({ 'gas-low': rule, anomaly: rule }),
    repeat: fc.constantFrom(...values),
  },
  { requiredKeys: ['to'] },
)
const provider = fc.tuple(fc.constantFrom(ONE, TWO), terms).map(([address, own]) => ({ provider: address, ...own }))
const config = fc.oneof(
  objectOf(['network', 'intervalMs', 'budget', 'autoClaim', 'defaults', 'providers', '$schema', 'provider']),
  terms.map((defaults) => ({ defaults })),
  deposit.map((autoDeposit) => ({ autoDeposit })),
  alerts.map((one) => ({ alerts: one })),
  fc.array(provider, { maxLength: 2 }).map((providers) => ({ providers })),
)

test('the schema takes what auto-fund takes, and refuses what it refuses, but for what several fields say together', () => {
  fc.assert(
    fc.property(config, (one) => {
      const refusal = refusalOf(one)
      if (isTaken(one))
        expect(refusal === null || TOGETHER.test(refusal), `${JSON.stringify(one)}: ${refusal}`).toBe(true)
      else expect(refusal, JSON.stringify(one)).not.toBeNull()
    }),
    { numRuns: 5_000 },
  )
})

test('an editor shows what each field means', () => {
  const described = (fields: object) =>
    Object.entries(fields).filter(([, one]) => !Object.hasOwn(one as object, 'description'))
  expect(['defaults', 'autoDeposit', 'alerts'].flatMap((name) => described(configSchemaAt(name)))).toEqual([])
  expect(described(configSchema['properties'] as object)).toEqual([])
})

function refusalOf(one: object): string | null {
  try {
    parseConfig(JSON.stringify(one))
    return null
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

function configSchemaAt(name: string): object {
  const { [name]: one } = configSchema['properties'] as Record<string, { properties: object }>
  return one?.properties ?? {}
}
