import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import type { Chart, Hello } from '../../src/visualizer/protocol.ts'
import { overflowOf, PHONE, useBrowser } from './chromium.ts'
import { account, life, og, sceneOf, START, stateOf, type Scene, type Step } from './scenes.ts'
import { openSceneServer, type SceneServer } from './scene-server.ts'

const { open } = useBrowser()
const ASSETS = new URL('../../dist/src/visualizer/assets/', import.meta.url)
const charts = JSON.parse(readFileSync(new URL('charts.json', ASSETS), 'utf8')) as Chart[]

const CONTROL: Partial<Hello> = { actions: ['top-up', 'pause', 'resume', 'approve', 'reject', 'retrieve', 'close'] }
const read: Step = [0, { kind: 'position' }, (state) => state]

const scenes = {
  five() {
    const all = [
      account(0, { model: 'deepseek-chat-v3' }),
      account(1, {
        available: 0.713,
        model: 'qwen2.5-vl-72b',
        autoFunding: { value: 'toppingUp', amount: og(1.287), reason: null, topUps: 4, paid: og(5.2) },
      }),
      account(2, { model: 'llama-3.3-70b' }),
      account(3, {
        available: 1.1,
        pending: 0.9,
        model: 'gpt-oss-120b',
        plan: { action: 'hold', reason: 'refund-pending' },
      }),
      account(4, { available: 2.4 }),
    ]
    return sceneOf(charts, stateOf(all), life(all, 40))
  },
  hundred() {
    const all = Array.from({ length: 100 }, (_, index) =>
      account(index, {
        available: index % 7 === 3 ? 0.4 + index / 100 : 2 + (index % 5) * 0.2,
        target: index % 4 === 0 ? 3 : 2,
        pending: index % 17 === 5 ? 1 : 0,
        model: `model-${String(index).padStart(3, '0')}`,
        ...(index % 29 === 7 ? { value: 'none', available: 0 } : {}),
      }),
    )
    return sceneOf(charts, stateOf(all), life(all, 60))
  },
  empty: () =>
    sceneOf(
      charts,
      stateOf([], { ledger: null, forecast: { ledgerDryAt: null, gasDryAt: null, burnRate: '0', deposits: [] } }),
      [read],
    ),
  refunding() {
    const refund = { action: 'hold', reason: 'refund-pending', amount: null } as const
    const all = [
      account(0, { available: 0.5, pending: 1.5, claimable: 0.4, value: 'refunding.claimable', plan: refund }),
      account(1, { available: 0, pending: 2, plan: refund }),
      account(2, {
        available: 0,
        value: 'closed',
        plan: { action: 'hold', reason: 'off', amount: null },
        autoFunding: null,
      }),
    ]
    return sceneOf(charts, stateOf(all), [read], CONTROL)
  },
  errors() {
    const short = { action: 'hold', reason: 'ledger-short', amount: null, missing: og(1.8) } as const
    const failure = { count: 3, at: START / 1_000 - 40, message: 'The top-up was reverted: InsufficientBalance.' }
    const all = [
      account(0, {
        available: 0.2,
        model: 'deepseek-chat-v3',
        plan: short,
        autoFunding: { value: 'held', reason: 'ledger-short' },
      }),
      account(1, {
        available: 0.5,
        plan: { action: 'hold', reason: 'backing-off', amount: null },
        autoFunding: { value: 'held', reason: 'backing-off', failure },
      }),
      account(2),
    ]
    const reading = { failures: 3, error: 'The node did not answer in 20 s.', dropped: 1 }
    const ledger = { available: og(0.3), total: og(3), locked: og(2.7), additionalInfo: '' }
    return sceneOf(charts, stateOf(all, { ledger, shortfall: og(3.3) }), [
      read,
      [21, { kind: 'failure', failures: 3, error: reading.error }, (state) => ({ ...state, reading })],
    ])
  },
  asking() {
    const value = { value: 'awaitingApproval', reason: 'awaiting-approval', amount: og(1.287) } as const
    const all = [
      account(0),
      account(1, { available: 0.713, plan: { action: 'propose', amount: og(1.287) }, autoFunding: value }),
    ]
    return sceneOf(charts, stateOf(all), [read], CONTROL)
  },
}

const names = ['five', 'hundred', 'empty', 'refunding', 'errors', 'asking'] as const satisfies (keyof typeof scenes)[]

/** Serves a scene until the test is over. */
async function serve(scene: Scene): Promise<SceneServer> {
  const server = await openSceneServer(scene)
  onTestFinished(() => server.close())
  return server
}

const show = async (scene: Scene): Promise<string> => (await serve(scene)).url

test.for(names)('%s: everything fits, light and dark, on a desktop and on a phone', async (name) => {
  const scene = scenes[name]()
  const url = `${await show(scene)}${scene.hello.actions.length > 0 ? '#token=any' : ''}`
  const now = (scene.hello.history.at(-1)?.at ?? START) + 4_000
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await open(url, { colorScheme }, now)
    expect(await overflowOf(page)).toBe(0)
    await page.shot(`${name}-${colorScheme}`)
    const row = page.locator('tbody tr').nth(1)
    if ((await row.count()) > 0) {
      await row.locator('button').click()
      await page.locator('.detail').waitFor()
      await page.shot(`${name}-${colorScheme}-detail`)
    }
  }
  const phone = await open(url, PHONE, now)
  expect(await overflowOf(phone)).toBe(0)
  await phone.shot(`${name}-phone`)
})

test('all files of the page together are small', () => {
  const bytes = ['index.html', 'page.css', 'page.js'].map(
    (name) => gzipSync(readFileSync(new URL(name, ASSETS))).length,
  )
  expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(45_000)
})

test('any text of a chain or a provider is shown as text', async () => {
  const bad = '<img src=x onerror="document.title=\'gone\'">'
  const scene = sceneOf(
    charts,
    stateOf([
      account(0, {
        model: bad,
        url: `javascript:alert(1)//${bad}`,
        available: 0.5,
        autoFunding: { value: 'held', failure: { count: 1, at: 0, message: bad } },
      }),
    ]),
    [read, [1, { kind: 'failure', failures: 1, error: bad }, (state) => state]],
    { network: { name: bad, chainId: '1', explorer: 'javascript:alert(1)//' } },
  )
  const page = await open(await show(scene))
  await page.locator('tbody tr button').click()
  await page.locator('.detail').waitFor()
  expect(await page.locator('tbody .name button').innerText()).toBe(bad)
  expect(await page.locator('.network').innerText()).toBe(bad)
  expect(await page.locator('.who-block .dim').innerText()).toBe(`javascript:alert(1)//${bad}`)
  await page.getByText(`The last top-up failed (1 in a row`).waitFor()
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.locator('a').count()).toBe(0)
  expect(await page.title()).not.toBe('gone')
})

test('refunds show when they can be claimed, by block time', async () => {
  const page = await open(await show(scenes.refunding()), {}, START)
  await page.locator('tbody tr', { hasText: 'refund ready' }).click()
  const refunds = page.locator('.refunds li')
  await expect
    .poll(() => refunds.allInnerTexts().then((all) => all.map((text) => text.split('\n').slice(0, 2))))
    .toEqual([
      ['0.4 OG', 'can be claimed'],
      ['1.1 OG', '≈ 4h left'],
    ])
})

test('a new entry is shown at once, also in the title of the tab', async () => {
  const scene = scenes.five()
  const server = await serve(scene)
  const page = await open(server.url)
  await page.locator('.link', { hasText: 'live' }).waitFor()
  const [one] = Object.values(scene.state.subAccounts)
  if (!one) throw new Error('There is no sub-account.')
  const seq = scene.hello.history.length + 1
  const common = { at: START + 2_500_000, block: scene.state.block }
  server.send([
    {
      ...common,
      seq,
      kind: 'transition',
      machine: 'subAccount',
      actor: one.key,
      from: 'funded',
      to: 'low',
      event: 'balance.low',
      edge: 'funded|balance.low|low',
      patch: { subAccounts: { [one.key]: { lifecycle: { value: 'low' } } } },
    },
    {
      ...common,
      seq: seq + 1,
      kind: 'position',
      patch: { subAccounts: { [one.key]: { account: { available: og(0.1) } } } },
    },
  ])
  const row = page.locator(`tbody tr[data-key="${one.key}"]`)
  await row.locator('.state', { hasText: 'low' }).waitFor()
  expect(await row.locator('.available .amount').first().getAttribute('title')).toBe(
    '0.1 OG = 100,000,000,000,000,000 wei',
  )
  await page.locator('.edge.lit', { hasText: 'balance.low' }).waitFor()
  expect(await page.title()).toBe('(2 low) og-ledger')
})
