import { expect, test } from 'vitest'
import { checkOnDeployment } from '../../../../src/cli/config/deployment.ts'
import { parseConfig } from '../../../../src/cli/config/file.ts'
import { ogToWei } from '../../../../src/index.ts'

const ONE = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const TWO = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'
const KEY = '59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'

const SECRET = 'this looks like a key, and keys never stand in this file: use PRIVATE_KEY or --keystore.'
const LEVELS = 'it needs trigger and target in OG, or runway with trigger and target as times.'

test('each provider of a config has the defaults and its own terms', () => {
  const config = parse({
    network: 'testnet',
    intervalMs: 1_000,
    budget: { amount: '10', per: '24h' },
    defaults: { maxTopUp: '2', runway: { trigger: '1h', target: '1.5d' }, priority: -1 },
    providers: [
      { provider: ONE },
      {
        provider: ONE.toLowerCase(),
        service: 'fine-tuning',
        intervalMs: 100,
        bufferMultiplier: 1.5,
        minLockedBalance: '0.5',
        target: 3,
        unsettledFee: false,
        maxUnsettledFee: '7',
        firstDay: '60',
        maxTopUp: '0.000000000000000001',
        budget: { amount: '3', per: '31d' },
        ledgerReserve: '0',
        cooldownMs: 0,
        onPendingRefund: 'reuse',
        reclaimIdle: { after: '7d', keep: '1.1', when: 'always' },
        priority: 2.5,
      },
    ],
  })
  const defaults = { maxTopUp: '2', runway: { trigger: '1h', target: '1.5d' }, priority: -1 }
  expect(config).toEqual({
    network: 'testnet',
    intervalMs: 1_000,
    budget: { amount: '10', per: '24h' },
    defaults,
    providers: [
      { provider: ONE, service: 'inference', terms: defaults },
      {
        provider: ONE,
        service: 'fine-tuning',
        terms: {
          intervalMs: 100,
          bufferMultiplier: 1.5,
          minLockedBalance: '0.5',
          target: 3,
          unsettledFee: false,
          maxUnsettledFee: '7',
          firstDay: '60',
          maxTopUp: '0.000000000000000001',
          budget: { amount: '3', per: '31d' },
          ledgerReserve: '0',
          cooldownMs: 0,
          onPendingRefund: 'reuse',
          reclaimIdle: { after: '7d', keep: '1.1', when: 'always' },
          priority: 2.5,
        },
      },
    ],
  })
})

test('auto-deposit has levels in OG or as times, and limits', () => {
  const whole = {
    trigger: '5',
    target: '20',
    maxLedger: '50',
    maxDeposit: '15',
    budget: { amount: '100', per: '7d' },
    gasReserve: '0',
    cooldownMs: 60_000,
    from: TWO.toLowerCase(),
  }
  expect(parse({ autoDeposit: whole })).toEqual({ autoDeposit: { ...whole, from: TWO }, defaults: {}, providers: null })
  const autoDeposit = { runway: { trigger: '2d', target: '7d' } }
  expect(parse({ autoDeposit })).toEqual({ autoDeposit, defaults: {}, providers: null })
})

test('a time in …Ms is milliseconds, or a duration', () => {
  const config = {
    intervalMs: '10s',
    defaults: { intervalMs: '0.5m', cooldownMs: '6h', anomaly: { factor: 10, forMs: '10m' } },
    autoDeposit: { trigger: '5', target: '20', cooldownMs: '1d' },
  }
  expect(parse(config)).toEqual({
    intervalMs: 10_000,
    defaults: { intervalMs: 30_000, cooldownMs: 21_600_000, anomaly: { factor: 10, forMs: 600_000 } },
    autoDeposit: { trigger: '5', target: '20', cooldownMs: 86_400_000 },
    providers: null,
  })
})

test('a network may be a deployment of its own', () => {
  const network = { chainId: 31337, ledger: ONE, inference: TWO, multicall3: ONE }
  expect(parse({ network })).toEqual({ network, defaults: {}, providers: null })
})

test.for<[unknown, string]>([
  [[], 'an object; this is a list.'],
  [{ provider: [] }, 'provider: there is no such field; the nearest is providers.'],
  [{ providers: {} }, 'providers: a list of at least one provider; this is an object.'],
  [{ providers: [] }, 'providers: a list of at least one provider; this is empty.'],
  [{ providers: [ONE] }, 'providers[0]: an object; this is a string.'],
  [{ providers: [{}] }, 'providers[0].provider: it is missing.'],
  [
    { providers: [{ provider: ONE.replace('C8', 'c8') }] },
    `providers[0].provider: an address; this is "${ONE.replace('C8', 'c8')}". In mixed case the checksum must hold.`,
  ],
  [
    { providers: [{ provider: `0x${'0'.repeat(40)}` }] },
    `providers[0].provider: an address; this is "0x${'0'.repeat(40)}". In mixed case the checksum must hold.`,
  ],
  [
    { providers: [{ provider: ONE }, { provider: TWO }, { provider: ONE }] },
    'providers[2]: the same provider and service as providers[0].',
  ],
  [
    third({ service: 'training' }),
    'providers[2].service: one of inference, fine-tuning; this is "training" (did you mean fine-tuning?).',
  ],
  [third({ maxTopup: '1' }), 'providers[2].maxTopup: there is no such field; the nearest is maxTopUp.'],
  [third({ max_top_up: '1' }), 'providers[2].max_top_up: there is no such field; the nearest is maxTopUp.'],
  [third({ reserve: '1' }), 'providers[2].reserve: there is no such field; the nearest is service.'],
  [third({ constructor: '1' }), 'providers[2].constructor: there is no such field; the nearest is force.'],
  [third({ maxTopUp: 1.5 }), 'providers[2].maxTopUp: an amount is a string in OG such as "1.5"; this is a number.'],
  [third({ maxTopUp: '1,5' }), 'providers[2].maxTopUp: "1,5" is no amount in OG: it has separators.'],
  [third({ maxTopUp: '0.0' }), 'providers[2].maxTopUp: it is more than nothing.'],
  [third({ firstDay: 'never' }), 'providers[2].firstDay: an amount in OG, or "off"; this is "never".'],
  [third({ firstDay: 50 }), 'providers[2].firstDay: an amount in OG, or "off"; this is 50.'],
  [third({ firstDay: '0' }), 'providers[2].firstDay: it is more than nothing.'],
  [third({ ledgerReserve: '-1' }), 'providers[2].ledgerReserve: "-1" is no amount in OG: it has a sign.'],
  [
    third({ ledgerReserve: null }),
    'providers[2].ledgerReserve: an amount is a string in OG such as "1.5"; this is null.',
  ],
  [
    third({ intervalMs: 99 }),
    'providers[2].intervalMs: whole milliseconds from 100 to 2147483647, or a duration such as "30s"; this is 99.',
  ],
  [
    third({ cooldownMs: '32d' }),
    'providers[2].cooldownMs: whole milliseconds from 0 to 2678400000, or a duration such as "30s"; this is "32d".',
  ],
  [
    third({ cooldownMs: '100' }),
    'providers[2].cooldownMs: whole milliseconds from 0 to 2678400000, or a duration such as "30s"; this is "100".',
  ],
  [third({ cooldown: '6h' }), 'providers[2].cooldown: there is no such field; the nearest is cooldownMs.'],
  [
    third({ anomaly: { factor: 10, forMs: '10' } }),
    'providers[2].anomaly.forMs: milliseconds, or a duration such as "10m"; this is "10".',
  ],
  [third({ bufferMultiplier: 0 }), 'providers[2].bufferMultiplier: a number, more than 0, at most 1000000; this is 0.'],
  [third({ target: true }), 'providers[2].target: a number, more than 0, at most 1000000; this is true.'],
  [third({ target: 1.5 }), 'providers[2]: a target of 1.5 × the minimum lies below the trigger of 2 × the minimum.'],
  [third({ budget: { amount: '1' } }), 'providers[2].budget.per: it is missing.'],
  [third({ budget: { amount: '1', per: '32d' } }), 'providers[2].budget.per: a budget looks back at most 31 days.'],
  [
    third({ budget: { amount: '1', per: '24' } }),
    'providers[2].budget.per: a number and s, m, h or d, such as "6h"; this is "24".',
  ],
  [third({ budget: '1/24h' }), 'providers[2].budget: an object; this is a string.'],
  [third({ reclaimIdle: '7d' }), 'providers[2].reclaimIdle: an object; this is a string.'],
  [
    third({ reclaimIdle: { keep: '1' } }),
    'providers[2].reclaimIdle: after is missing: how long nothing uses it, such as "7d".',
  ],
  [third({ reclaimIdle: { after: '32d' } }), 'providers[2].reclaimIdle.after: from 1h to 31d; this is "32d".'],
  [
    third({ reclaimIdle: { after: '7d', keep: 1 } }),
    'providers[2].reclaimIdle.keep: an amount is a string in OG such as "1.5"; this is a number.',
  ],
  [third({ runway: { trigger: '6h', target: '1h' } }), 'providers[2].runway.target: 1h lies below the trigger of 6h.'],
  [third({ runway: { triger: '6h' } }), 'providers[2].runway.triger: there is no such field; the nearest is trigger.'],
  [third({ runway: { trigger: '1h', target: '6h' }, target: '5' }), 'providers[2]: either target or runway, not both.'],
  [third({ onPendingRefund: 'wait' }), 'providers[2].onPendingRefund: one of hold, reuse; this is "wait".'],
  [third({ unsettledFee: true }), 'providers[2].unsettledFee: false, or left out; this is true.'],
  [third({ priority: '1' }), 'providers[2].priority: a number; this is "1".'],
  [third({ approve: true }), 'providers[2].approve: there is no such field; the nearest is provider.'],
  [
    { defaults: { target: 3, runway: { trigger: '1h', target: '1h' } } },
    'defaults: either target or runway, not both.',
  ],
  [{ defaults: { provider: ONE } }, 'defaults.provider: there is no such field; the nearest is priority.'],
  [{ autoDeposit: '5/20' }, 'autoDeposit: an object; this is a string.'],
  [{ autoDeposit: {} }, `autoDeposit: ${LEVELS}`],
  [{ autoDeposit: { trigger: '5' } }, `autoDeposit: ${LEVELS}`],
  [deposit({ trigger: 5 }), 'autoDeposit.trigger: an amount is a string in OG such as "1.5"; this is a number.'],
  [deposit({ target: '0' }), 'autoDeposit.target: it is more than nothing.'],
  [deposit({ target: '5' }), 'autoDeposit: The target is more than the trigger: trigger 5, target 5.'],
  [
    { autoDeposit: { runway: { trigger: '7d', target: '2d' } } },
    'autoDeposit: The target is more than the trigger: trigger 7d, target 2d.',
  ],
  [{ autoDeposit: { runway: { trigger: '7d' } } }, 'autoDeposit.runway.target: it is missing.'],
  [
    deposit({ runway: { trigger: '2d', target: '7d' } }),
    'autoDeposit: Either runway, or trigger and target, not both.',
  ],
  [deposit({ maxLedger: '19' }), 'autoDeposit: The target is more than the ledger may hold: target 20, maxLedger 19.'],
  [deposit({ maxDeposit: '0' }), 'autoDeposit.maxDeposit: it is more than nothing.'],
  [deposit({ budget: { amount: '9', per: '32d' } }), 'autoDeposit.budget.per: a budget looks back at most 31 days.'],
  [deposit({ gasReserve: '-1' }), 'autoDeposit.gasReserve: "-1" is no amount in OG: it has a sign.'],
  [
    deposit({ cooldownMs: 2_678_400_001 }),
    'autoDeposit.cooldownMs: whole milliseconds from 0 to 2678400000, or a duration such as "30s"; this is 2678400001.',
  ],
  [deposit({ from: '0x12' }), 'autoDeposit.from: an address; this is "0x12". In mixed case the checksum must hold.'],
  [deposit({ maxDepozit: '1' }), 'autoDeposit.maxDepozit: there is no such field; the nearest is maxDeposit.'],
  [deposit({ from: `0x${KEY}` }), `autoDeposit.from: ${SECRET}`],
  [deposit({ fromKeystore: 'x' }), `autoDeposit.fromKeystore: ${SECRET}`],
  [{ network: 'moon' }, 'network: one of mainnet, testnet, testnetDev; this is "moon".'],
  [{ network: { chainId: 1 } }, 'network: a deployment of your own needs chainId, ledger and inference.'],
  [{ network: { chainId: '1' } }, 'network.chainId: the id of a chain is a whole number from 1 up.'],
  [
    { network: { rpcUrl: 'https://node/abc' } },
    'network.rpcUrl: a URL may hold a key, and keys never stand in this file: use OG_RPC_URL or --rpc-url.',
  ],
])('%j is refused: %s', ([config, message]) => {
  expect(refusal(JSON.stringify(config))).toBe(message)
})

const WORDS = 'test test test test test test test test test test test junk'

test.for<[unknown, string]>([
  [{ privateKey: 'short' }, `privateKey: ${SECRET}`],
  [{ defaults: { PASSWORD: 1 } }, `defaults.PASSWORD: ${SECRET}`],
  [{ network: KEY }, `network: ${SECRET}`],
  [third({ maxTopUp: `0x${KEY}` }), `providers[2].maxTopUp: ${SECRET}`],
  [third({ [KEY]: '1' }), `providers[2]: ${SECRET}`],
  [third({ mine: WORDS }), `providers[2].mine: ${SECRET}`],
  [third({ [`a ${KEY.slice(40)}`]: KEY }), `providers[2].…: ${SECRET}`],
])('a value that looks like a key is refused without being repeated: %#', ([config, message]) => {
  expect(refusal(JSON.stringify(config))).toBe(message)
})

test.for<[string, string]>([
  ['{\n  "defaults": {}, // the usual\n}', ' from line 2 on'],
  ['{\n  "intervalMs": 1000,\n}', ' from line 3 on'],
  [`{ "privateKey": ${KEY} }`, ''],
  ['', ''],
])('a text that is not JSON is refused without being repeated: %#', ([text, where]) => {
  const message = refusal(text)
  expect(message).toMatch(/^This is not JSON( from line \d on)?; comments and commas at the end are not allowed\.$/)
  expect(message).toContain(`This is not JSON${where}`)
})

test('service, provider and target are checked on the deployment', () => {
  const broker = {
    wallet: TWO,
    minLockedBalance: ogToWei('1'),
    rules: { serviceNames: { inference: 'inference-v1.0' } },
  }
  const refusalOn = (...providers: object[]) =>
    messageOf(() =>
      checkOnDeployment(
        broker as unknown as Parameters<typeof checkOnDeployment>[0],
        parse({ providers }).providers ?? [],
      ),
    )
  expect(refusalOn({ provider: ONE, target: '2' })).toBe('nothing')
  expect(refusalOn({ provider: ONE, target: '1.9' })).toBe(
    'providers[0].target: 1.9 OG lies below the trigger: 2 × the minimum.',
  )
  expect(refusalOn({ provider: ONE, target: '1.9', minLockedBalance: '0.5' })).toBe('nothing')
  expect(refusalOn({ provider: ONE }, { provider: TWO })).toBe(
    'providers[1].provider: a wallet cannot be its own provider.',
  )
  expect(refusalOn({ provider: ONE, service: 'fine-tuning' })).toBe(
    'providers[0].service: there is no fine-tuning here.',
  )
})

/** The third of three providers. */
function third(fields: object) {
  return { providers: [{ provider: ONE }, { provider: TWO }, { provider: ONE, service: 'fine-tuning', ...fields }] }
}

const parse = (config: object) => parseConfig(JSON.stringify(config))
const refusal = (text: string): string => messageOf(() => parseConfig(text))

function messageOf(work: () => unknown): string {
  try {
    work()
    return 'nothing'
  } catch (error) {
    return (error as Error).message
  }
}

/** Auto-deposit from 5 to 20 OG with other fields. */
function deposit(fields: object) {
  return { autoDeposit: { trigger: '5', target: '20', ...fields } }
}

test('alerts name their receivers, and keys come from the environment', () => {
  const to = [
    { slack: { env: 'SLACK_WEBHOOK_URL' } },
    { pagerDuty: { env: 'ROUTING_KEY' } },
    { webhook: 'https://alerts.example.org/og', signWith: { env: 'SIGNING' } },
  ]
  const rules = { 'ledger-runway': { below: '48h', for: '0s', severity: 'critical' }, anomaly: false }
  expect(parse({ alerts: { to, rules, repeat: '1h' } }).alerts).toEqual({
    to: [
      { kind: 'slack', from: { env: 'SLACK_WEBHOOK_URL' } },
      { kind: 'pagerDuty', from: { env: 'ROUTING_KEY' } },
      { kind: 'webhook', from: { url: 'https://alerts.example.org/og' }, signWith: { env: 'SIGNING' } },
    ],
    rules,
    repeat: '1h',
  })
})

test.for([
  [{}, 'alerts.to: it is missing: alerts need a receiver.'],
  [{ to: [] }, 'alerts.to: a list of at least one receiver; this is empty.'],
  [{ to: [{}] }, 'alerts.to[0]: one of slack, pagerDuty and webhook.'],
  [{ to: [{ slack: 'https://a.b', webhook: 'https://a.b' }] }, 'alerts.to[0]: one of slack, pagerDuty and webhook.'],
  [{ to: [{ slack: 'https://a.b', signWith: { env: 'A' } }] }, 'alerts.to[0].signWith: only a webhook is signed.'],
  [{ to: [{ pagerDuty: 'abc' }] }, 'alerts.to[0].pagerDuty: an object; this is a string.'],
  [
    { to: [{ slack: { env: 'https://hooks' } }] },
    'alerts.to[0].slack.env: the name of an environment variable, such as SLACK_WEBHOOK_URL.',
  ],
  [
    { to: [{ slack: 'https://a.b' }], rules: { 'gas-lo': false } },
    'alerts.rules.gas-lo: there is no such field; the nearest is gas-low.',
  ],
] as const)('alerts that cannot work are refused: %j', ([alerts, sentence]) => {
  expect(() => parse({ alerts })).toThrow(sentence)
})
