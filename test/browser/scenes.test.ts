import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import type { Chart, Entry, Hello } from '../../src/visualizer/protocol.ts'
import { ACTIONS } from '../../src/visualizer/control-request.ts'
import { overflowOf, PHONE, useBrowser } from './chromium.ts'
import {
  account,
  closingProgress,
  depositActor,
  depositRow,
  elsewhere,
  life,
  og,
  sceneOf,
  START,
  stateOf,
  type Scene,
  type Step,
} from './scenes.ts'
import { openSceneServer, type SceneServer } from './scene-server.ts'

const { open, expectComplaints } = useBrowser()
const ASSETS = new URL('../../dist/src/visualizer/assets/', import.meta.url)
const charts = JSON.parse(readFileSync(new URL('charts.json', ASSETS), 'utf8')) as Chart[]

const CONTROL: Partial<Hello> = { actions: ACTIONS }
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
  depositing() {
    const all = [account(0), account(1, { available: 0.713 })]
    const ledger = { available: og(3.287), total: og(6), locked: og(2.713), additionalInfo: '' }
    const limits = {
      maxDeposit: og(50),
      maxLedger: og(100),
      budgetLeft: og(82),
      coolingUntil: START / 1_000 + 3_600,
    }
    const lastDeposit = { amount: og(18), transactionHash: `0x${'ab'.repeat(32)}`, blockNumber: 4_801_112 }
    const deposit = depositRow({ action: 'propose', limits })
    const autoDeposit = depositActor({
      value: 'awaitingApproval',
      reason: 'awaiting-approval',
      amount: og(18),
      deposits: 3,
      paid: og(54),
      lastDeposit,
      failure: { count: 1, at: START / 1_000 - 400, message: 'The deposit was not approved.' },
    })
    return sceneOf(charts, stateOf(all, { ledger, deposit, autoDeposit }), [read], CONTROL)
  },
  acting() {
    const all = [account(0, { model: 'deepseek-chat-v3' }), account(1, { available: 0.713, autoFunding: null })]
    return sceneOf(charts, stateOf(all), life(all, 5), CONTROL)
  },
  depositTrial() {
    const deposit = depositRow({ action: 'hold', reason: 'wallet-short', amount: null, missing: og(11.25) })
    return sceneOf(charts, stateOf([account(0), account(1, { available: 0.713 })], { deposit }), [read], {
      dryRun: true,
    })
  },
  closing() {
    const refund = { action: 'hold', reason: 'refund-pending', amount: null } as const
    const all = [
      account(0, { available: 0, pending: 2, plan: refund, model: 'deepseek-chat-v3' }),
      account(1, { available: 0, pending: 1, plan: refund }),
    ]
    const ledgerActor = { value: 'closing.waiting', edge: null, since: START }
    return sceneOf(charts, stateOf(all, { ledgerActor, closing: closingProgress() }), [read], CONTROL)
  },
  versions() {
    const all = [account(0, { model: 'deepseek-chat-v3' }), account(1)]
    const others = [
      elsewhere(7, 'inference-v0.9', { available: 1.5 }),
      elsewhere(4, 'fine-tuning-v1.1', { available: 0, pending: 3 }),
      elsewhere(0, 'inference-v1.1', { available: 0.25, pending: 1, claimable: 0.4 }),
    ]
    return sceneOf(charts, stateOf(all, { elsewhere: others }), [read], CONTROL)
  },
}

const names = [
  'five',
  'hundred',
  'empty',
  'refunding',
  'errors',
  'asking',
  'depositing',
  'depositTrial',
  'closing',
  'versions',
] as const satisfies (keyof typeof scenes)[]

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
    const numbers = page.locator('.deposit summary')
    if ((await numbers.count()) > 0) await numbers.click()
    const row = page.locator('.list tbody tr').nth(1)
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
  expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(64_000)
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

test('a deposit is approved with the amount that is shown, after a question', async () => {
  const scene = scenes.depositing()
  const page = await open(`${await show(scene)}#token=any`, {}, START)
  const asked: unknown[] = []
  await page.route('**/api/control', async (route) => {
    asked.push(route.request().postDataJSON())
    await route.fulfill({ status: 202, json: { accepted: true } })
  })
  await page.locator('.verdict', { hasText: 'A deposit of 18 OG to approve.' }).waitFor()
  const card = page.getByRole('region', { name: 'Auto-deposit' })
  expect(await card.locator('.next').innerText()).toBe('18 OG await your approval')
  expect(await card.locator('.plan > p').allInnerTexts()).toEqual([
    'Once it is approved, the ledger gets 18 OG.',
    expect.stringMatching(/^The last deposit failed \(1 in a row, [\d:]+\): The deposit was not approved\.$/),
    '3 deposits of 54 OG so far, the last one 18 OG, block 4,801,112.',
  ])
  const answer = async (name: string, question: string) => {
    await card.getByRole('button', { name }).click()
    const dialog = page.locator('dialog')
    await dialog.getByText(question).waitFor()
    await dialog.getByRole('button', { name }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await answer('Approve', 'Approve a deposit of 18 OG?')
  await answer('Reject', 'Reject the deposit of 18 OG?')
  expect(asked).toEqual([{ action: 'approve-deposit', amount: og(18) }, { action: 'reject-deposit' }])
  await page.getByRole('tab', { name: 'Deposits' }).click()
  await page.locator('.state-box[data-path="awaitingApproval"].present').waitFor()
})

test('a deposit cannot be answered without the token', async () => {
  const looking = await open(await show(scenes.depositing()), {}, START)
  await looking.getByRole('region', { name: 'Auto-deposit' }).waitFor()
  expect(await looking.getByRole('button', { name: 'Approve' }).count()).toBe(0)
})

test('money in other versions of the services is shown with its refunds, and goes when it is home', async () => {
  const scene = scenes.versions()
  const server = await serve(scene)
  const page = await open(server.url, {}, START)
  const card = page.getByRole('region', { name: 'Other versions' })
  const rows = () => card.locator('tbody tr').allInnerTexts()
  const first = (text: string) => text.split(/\s*\n\s*|\t/).filter(Boolean)
  expect((await rows()).map((text) => first(text).slice(1))).toEqual([
    ['inference-v0.9', 'not asked back', '1.5', '1.5 free'],
    ['fine-tuning-v1.1', '3 OG asked back, ≈ 4h left', '3', '0 free'],
    ['inference-v1.1', '0.4 OG can be claimed', '1.25', '0.25 free'],
  ])
  expect(await card.locator('.card-head').innerText()).toContain('5.75 OG in all')
  expect(await card.locator('p').innerText()).toBe(
    'Auto-funding leaves them alone. Closing the ledger brings them home, and so does og-ledger retrieve inference-v0.9 or ' +
      'og-ledger retrieve fine-tuning-v1.1 or og-ledger retrieve inference-v1.1.',
  )
  await page.getByText('5.75 of it in other versions').waitFor()
  const seq = scene.hello.history.length + 1
  const entry = {
    at: START + 1_000,
    block: scene.state.block,
    seq,
    kind: 'position',
    patch: { elsewhere: [] },
  } as const
  await page.locator('.link', { hasText: 'live' }).waitFor()
  server.send([entry])
  await card.waitFor({ state: 'detached' })
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
      patch: { subAccounts: { [one.key]: { lifecycle: { value: 'low' }, autoFunding: { value: 'held' } } } },
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
  await page.locator('.edge.lit', { hasText: 'too little' }).waitFor()
  // The other one is being refilled.
  expect(await page.title()).toBe('(1 low) og-ledger')
})

test('a dead server greys the page, says since when, and turns the controls off', async () => {
  const scene = scenes.asking()
  const server = await serve(scene)
  const page = await open(`${server.url}#token=any`, {}, START + 4_000)
  await page.locator('.link', { hasText: 'live' }).waitFor()
  await page.locator('tbody tr').nth(1).click()
  expect(await page.getByRole('button', { name: 'Approve' }).isEnabled()).toBe(true)
  expectComplaints(/ERR_|502|503/)
  server.die()
  await page.locator('.page.silent').waitFor()
  await page.clock.setFixedTime(START + 16_000)
  const since = new Date(START).toTimeString().slice(0, 8)
  await page.locator('.verdict', { hasText: `No contact for 12s; last state of ${since}.` }).waitFor()
  await page.locator('.shown', { hasText: 'no contact for 12s' }).waitFor()
  expect(await page.locator('.shown b').innerText()).toBe(since)
  expect(await page.locator('.scrubber .now').innerText()).toBe('No contact')
  expect(await page.title()).toBe('(no contact) og-ledger')
  const buttons = page.locator('.actions button, .money .danger')
  expect(await buttons.count()).toBe(3)
  for (const button of await buttons.all()) expect(await button.isDisabled()).toBe(true)
  await page.shot('silent-light')
})

test('closing says its step, when the money is home, how far it is, and can be cancelled', async () => {
  const scene = scenes.closing()
  const page = await open(`${await show(scene)}#token=any`, {}, START)
  const asked: unknown[] = []
  await page.route('**/api/control', async (route) => {
    asked.push(route.request().postDataJSON())
    await route.fulfill({ status: 202, json: { accepted: true } })
  })
  const home = new Date(START + 4 * 3_600_000).toTimeString().slice(0, 8)
  const words = `Home from ${home} at the earliest, in 4h.`
  await page.locator('.verdict', { hasText: `Closing: waiting for refunds. ${words}` }).waitFor()
  const card = page.getByRole('region', { name: 'Closing', exact: true })
  expect(await card.locator('p').allInnerTexts()).toEqual([words, '3 OG are still in 2 sub-accounts.'])
  // 20 of the 24 hours of the lock are over.
  expect(Number(await card.locator('progress').getAttribute('value'))).toBeCloseTo(0.08 + (0.8 * 20) / 24, 3)
  expect(await page.getByRole('button', { name: 'Close ledger…' }).count()).toBe(0)
  await card.getByRole('button', { name: 'Cancel closing…' }).click()
  await page.locator('dialog').getByText('3 OG at most, stays locked until its lock is over').waitFor()
  await page.locator('dialog').getByRole('button', { name: 'Cancel closing' }).click()
  await page.locator('dialog').waitFor({ state: 'detached' })
  expect(asked).toEqual([{ action: 'cancel-close' }])
})

test('the times of a chain with another clock are moved to the clock of this machine, and the page says so', async () => {
  const hour = 3_600_000
  const scene = scenes.refunding()
  const page = await open(await show(scene), {}, START)
  expect(await page.locator('.shown .dim').innerText()).toBe('local time')
  const { hello } = scene
  const history = hello.history.map((entry) => ({ ...entry, at: entry.at - hour }))
  const other = await open(await show({ ...scene, hello: { ...hello, history } }), {}, START - hour)
  expect(await other.locator('.shown .dim').innerText()).toBe('chain 1h ahead')
  await other.locator('tbody tr', { hasText: 'refund ready' }).click()
  const unlock = new Date(START + 3 * hour).toTimeString().slice(0, 8)
  await expect.poll(() => other.locator('.refunds .at').last().innerText()).toBe(unlock)
})

/** Opens a scene with the token, and gathers what the page asks the server to do. */
async function openActing(scene: Scene) {
  const server = await serve(scene)
  const page = await open(`${server.url}#token=any`, {}, START)
  const asked: unknown[] = []
  await page.route('**/api/control', async (route) => {
    asked.push(route.request().postDataJSON())
    await route.fulfill({ status: 202, json: { accepted: true } })
  })
  await page.locator('.link', { hasText: 'live' }).waitFor()
  return { server, page, asked }
}

test('a deposit says the most and why, suggests amounts, and follows the wallet while a person types', async () => {
  const scene = scenes.acting()
  const { server, page, asked } = await openActing(scene)
  await page.getByRole('button', { name: 'Deposit…' }).click()
  const dialog = page.locator('dialog')
  const field = dialog.getByRole('textbox')
  const words = dialog.locator('.problem')
  const send = dialog.getByRole('button', { name: 'Deposit', exact: true })
  expect(await field.inputValue()).toBe('37.6')
  expect(await words.innerText()).toBe('At most 99,874.07 OG: the wallet has 99,874.12 OG, and keeps 0.05 for gas.')
  expect(await dialog.locator('.suggestions b').allInnerTexts()).toEqual(['37.6', '99,874.07'])
  await field.fill('1,5')
  expect(await words.innerText()).toBe('Decimals stand after a point, without other separators: 1.5.')
  expect(await send.isDisabled()).toBe(true)
  await field.fill('40')
  await page.shot('deposit-dialog')
  const seq = scene.hello.history.length
  const entry = { at: START, block: scene.state.block, kind: 'position' } as const
  server.send([{ ...entry, seq: seq + 1, patch: { wallet: { balance: og(30) } } }])
  await dialog.getByText('At most 29.95 OG: the wallet has 30 OG, and keeps 0.05 for gas.').waitFor()
  expect(await send.isDisabled()).toBe(true)
  await dialog.locator('.suggestions button', { hasText: 'max' }).click()
  expect(await field.inputValue()).toBe('29.95')
  await send.click()
  await dialog.waitFor({ state: 'detached' })
  expect(asked).toEqual([{ action: 'deposit', amount: og(29.95) }])

  // One notice changes as the deposit goes on.
  const used = { kind: 'control', action: 'deposit', subAccount: null, message: null } as const
  const transaction = {
    kind: 'transaction',
    id: 't',
    operation: 'depositFund',
    subAccount: null,
    amount: og(29.95),
    hash: null,
  } as const
  const notice = page.locator('.notices p')
  const says = async (text: string) => {
    await page.locator('.notices p', { hasText: text }).waitFor()
    expect(await notice.count()).toBe(1)
  }
  server.send([{ ...entry, ...used, outcome: 'asked', seq: seq + 2, patch: {} }])
  await says('Deposit: asked for')
  server.send([{ ...entry, ...transaction, value: 'broadcast', blockNumber: null, seq: seq + 3, patch: {} }])
  await says('Deposit: on its way')
  server.send([{ ...entry, ...transaction, value: 'mined', blockNumber: 345, seq: seq + 4, patch: {} }])
  await says('Deposit: mined in block 345')
  server.send([{ ...entry, ...used, outcome: 'done', message: 'Mined in block 345.', seq: seq + 5, patch: {} }])
  await page.locator('.notices p[data-tone=good]', { hasText: 'Deposit: mined in block 345' }).waitFor()
})

test('the question before closing shows what comes home from where, and when', async () => {
  const { page } = await openActing(scenes.acting())
  const [first, second] = Object.values(scenes.acting().state.subAccounts)
  const seconds = START / 1_000
  const row = (provider = '') => ({ provider, serviceType: 'inference', service: null })
  await page.route('**/api/closing-plan', async (route) => {
    expect(route.request().headers()['x-og-ledger-token']).toBe('any')
    await route.fulfill({
      json: {
        block: { number: 1, timestamp: seconds },
        subAccounts: [
          {
            ...row(first?.provider),
            asked: og(2),
            pending: '0',
            unlocks: { first: seconds + 7_200, last: seconds + 7_200 },
            homeAt: seconds + 7_200,
          },
          {
            ...row(second?.provider),
            service: 'inference-v0.9',
            asked: '0',
            pending: og(0.713),
            unlocks: { first: seconds + 60, last: seconds + 120 },
            homeAt: seconds + 120,
          },
        ],
        transactions: 4,
        endsAt: seconds + 7_200,
        gas: { units: '900000', cost: og(0.004), missing: '0' },
        home: og(85.029),
        stuck: '0',
      },
    })
  })
  await page.getByRole('button', { name: 'Close ledger…' }).click()
  const plan = page.locator('dialog .closing-plan')
  const cells = async (index: number) => await plan.locator('tbody tr').nth(index).locator('td').allInnerTexts()
  const at = (after: number) => new Date(START + after * 1_000).toTimeString().slice(0, 8)
  await plan.waitFor()
  expect(await cells(0)).toEqual(['deepseek-chat-v3', 'inference', '2', '–', at(7_200), at(7_200)])
  expect(await cells(1)).toEqual(['0xb4e1…1eef', 'inference-v0.9', '–', '0.713', `${at(60)} to ${at(120)}`, at(120)])
  expect(await plan.locator('dd').allInnerTexts()).toEqual([
    '4',
    'up to 0.004 OG for the whole way; the wallet must keep that',
    `85.029 OG in the wallet, ${at(7_200)} at the earliest: in 2h`,
    'Providers can still charge, also from what is asked back; a longer lock makes it later.',
  ])
  await page.shot('closing-dialog')
})

test('keys search, help, go through the timeline, and close what was opened last', async () => {
  const { page } = await openActing(scenes.acting())
  await page.keyboard.press('?')
  await page.locator('dialog.help').waitFor()
  await page.shot('help')
  await page.keyboard.press('Escape')
  await page.locator('dialog.help').waitFor({ state: 'detached' })
  await page.keyboard.press('/')
  await page.keyboard.type('deepseek')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)

  // One stop of the tab key for the whole timeline; the arrow keys go on from there.
  const stops = page.locator('.timeline li [tabindex="0"]')
  expect(await stops.count()).toBe(1)
  await stops.focus()
  const focused = () => page.evaluate(() => document.activeElement?.closest('li')?.dataset['seq'])
  const first = await focused()
  await page.keyboard.press('ArrowDown')
  const second = await focused()
  expect(Number(second)).toBeLessThan(Number(first))
  expect(await stops.count()).toBe(1)
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe(second)
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('who foreign')

  // The pane is opened last: it closes first, then the search is cleared.
  await page.keyboard.press('Enter')
  await page.locator('.detail').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.detail').waitFor({ state: 'detached' })
  expect(await page.locator('tbody tr').count()).toBe(1)
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(2)
})

/** Charges of a sub-account, each in an entry of its own. */
const chargesOf = (keys: readonly string[], from: number): Entry[] =>
  keys.map((subject, index) => ({
    seq: from + index,
    at: START + 3_000_000,
    block: null,
    patch: {},
    kind: 'fact',
    subject,
    fact: 'balance.ample',
    change: og(-0.0123),
  }))

test('moving amounts are three at most, and cover neither a figure nor one another', async () => {
  for (const name of ['five', 'hundred'] as const) {
    const scene = scenes[name]()
    const server = await serve(scene)
    const page = await open(server.url)
    await page.locator('.link', { hasText: 'live' }).waitFor()
    const keys = Object.keys(scene.state.subAccounts)
    const deposit = {
      kind: 'transaction',
      id: 't',
      value: 'mined',
      operation: 'depositFund',
      subAccount: null,
      amount: og(37.6),
      hash: null,
      blockNumber: 1,
    } as const
    const seq = scene.hello.history.length + 1
    server.send([{ seq, at: START + 3_000_000, block: null, patch: {}, ...deposit }, ...chargesOf(keys, seq + 1)])
    await page.locator('.coin').first().waitFor()
    const found = await page.evaluate(() => {
      const boxOf = (one: Element) => one.getBoundingClientRect()
      const isOn = (a: DOMRect, b: DOMRect) =>
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
      const textBox = (one: Element) => {
        const range = document.createRange()
        range.selectNodeContents(one)
        return range.getBoundingClientRect()
      }
      const coins = [...document.querySelectorAll('.coin')]
      const figures = [...document.querySelectorAll('.money .figure, .money .number, .money .under')].map(textBox)
      const clashes: string[] = []
      for (const time of [10, 300, 1_200, 1_550, 800]) {
        for (const animation of document.getAnimations()) {
          animation.pause()
          if (animation.effect && 'target' in animation.effect && coins.includes(animation.effect.target as Element))
            animation.currentTime = time
        }
        const boxes = coins.map(boxOf)
        for (const [index, box] of boxes.entries()) {
          if (figures.some((figure) => isOn(box, figure)))
            clashes.push(`${time}: ${coins[index]?.textContent} on a figure`)
          if (boxes.some((other, place) => place > index && isOn(box, other)))
            clashes.push(`${time}: ${coins[index]?.textContent} on another`)
        }
      }
      return { many: coins.length, clashes }
    })
    expect(found).toEqual({ many: 3, clashes: [] })
    await page.shot(`coins-${name}`)
  }
})

test('the headline stays for five seconds at least', async () => {
  const scene = scenes.five()
  const server = await serve(scene)
  const page = await open(server.url)
  await page.locator('.link', { hasText: 'live' }).waitFor()
  await page.evaluate(() => {
    const words = document.querySelector('.verdict span')
    const changes: [number, string][] = []
    Object.assign(globalThis, { changes })
    new MutationObserver(() => changes.push([performance.now(), words?.textContent ?? ''])).observe(words as Node, {
      characterData: true,
      subtree: true,
      childList: true,
    })
  })
  const seq = scene.hello.history.length
  const short = (index: number): Entry => ({
    seq: seq + index,
    at: START + 3_000_000,
    block: null,
    kind: 'position',
    patch: { shortfall: og(index) },
  })
  for (let index = 1; index <= 3; index += 1) server.send([short(index)])
  await page.locator('.verdict', { hasText: 'The ledger is 3 OG short of what is due.' }).waitFor()
  for (let index = 4; index <= 6; index += 1) server.send([short(index)])
  await page.locator('.verdict', { hasText: 'The ledger is 6 OG short of what is due.' }).waitFor()
  const changes = await page.evaluate(() => (globalThis as unknown as { changes: [number, string][] }).changes)
  const times = changes.map(([at]) => at)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
  expect(gaps.length).toBeGreaterThan(0)
  expect(Math.min(...gaps)).toBeGreaterThan(4_900)
})

test('the text of a chart is never smaller than 11 px, in words or names, at any zoom, and its state is in view', async () => {
  const scene = scenes.five()
  const page = await open(await show(scene), {}, START + 2_390_000)
  const smallest = () =>
    page.locator('.chart').evaluate((chart: SVGSVGElement) => {
      const scale = chart.getBoundingClientRect().width / chart.viewBox.baseVal.width
      return Math.min(
        ...[...chart.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale),
      )
    })
  for (const tab of ['Sub-account', 'Auto-funding', 'Transaction']) {
    await page.getByRole('tab', { name: tab }).click()
    expect(await smallest()).toBeGreaterThanOrEqual(11)
  }
  await page.getByRole('tab', { name: 'Sub-account' }).click()
  const labels = () => page.locator('.chart .edge text').allTextContents()
  expect(new Set(await labels())).toEqual(
    new Set(['too little', 'enough', 'empty', 'closed', 'asked back', 'lock over']),
  )
  await page.locator('.button.names').click()
  expect(await labels()).toContain('balance.low')
  // Nothing travelled yet: all edges are dim.
  expect(await page.locator('.edge:not(.dimmed) text').count()).toBe(0)
  const before = await smallest()
  await page.getByRole('button', { name: 'Larger' }).click()
  expect((await smallest()) / before).toBeCloseTo(1.25, 2)

  const isInView = () =>
    page
      .locator('.state-box.present[data-path="refunding.locked"] rect')
      .first()
      .evaluate((box) => {
        const [inner, pane] = [box.getBoundingClientRect(), box.closest('.panel')?.getBoundingClientRect()]
        return (
          pane !== undefined &&
          inner.left >= pane.left &&
          inner.right <= pane.right &&
          inner.top >= pane.top &&
          inner.bottom <= pane.bottom
        )
      })
  await page.locator('tbody tr', { hasText: 'refund locked' }).click()
  await expect.poll(isInView).toBe(true)

  // Dragging moves the chart, and for a while it stays where a person moved it.
  const pane = page.locator('.charts .panel')
  await pane.scrollIntoViewIfNeeded()
  const scrolled = () => pane.evaluate((one) => one.scrollTop)
  const top = await scrolled()
  const box = await pane.boundingBox()
  if (!box) throw new Error('There is no pane.')
  await page.mouse.move(box.x + 200, box.y + 100)
  await page.mouse.down()
  await page.mouse.move(box.x + 200, box.y + 160, { steps: 4 })
  await page.mouse.up()
  expect(top - (await scrolled())).toBe(60)
  await page.shot('chart-zoomed')
  await page.getByRole('button', { name: 'Enlarge the chart' }).click()
  await page.locator('dialog.enlarged .state-box.present').first().waitFor()
  await page.shot('chart-enlarged')
})

test.for([
  ['light', 1440, 900],
  ['dark', 1440, 900],
  ['light', 1920, 1080],
  ['light', 1280, 720],
] as const)('%s, %i × %i: the chart of a sub-account fits its pane', async ([colorScheme, width, height]) => {
  const page = await open(await show(scenes.five()), { colorScheme, viewport: { width, height } }, START + 2_390_000)
  const hidden = await page
    .locator('.charts .panel')
    .evaluate((pane) => [pane.scrollWidth - pane.clientWidth, pane.scrollHeight - pane.clientHeight])
  expect(hidden).toEqual([0, 0])
  await page.shot(`chart-fits-${colorScheme}-${width}`)
})

test('on a phone a chart is a list of its states, and a tap filters', async () => {
  const page = await open(await show(scenes.five()), PHONE, START + 2_390_000)
  const chart = page.locator('.vertical')
  const state = (path: string) => chart.locator(`li[data-path="${path}"]`)
  expect(await state('funded').locator('.many').innerText()).toBe('3')
  expect(await state('refunding.locked').locator('> button').innerText()).toMatch(/^locked\s*1$/)
  expect(await overflowOf(page)).toBe(0)
  await state('low').locator('> button').tap()
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
  await chart.scrollIntoViewIfNeeded()
  await page.shot('chart-phone')
})

test('the timeline is folded to ten lines, and one crosshair goes through all drawings', async () => {
  const page = await open(await show(scenes.five()), {}, START + 2_390_000)
  expect(await page.locator('.timeline li').count()).toBe(10)
  await page.getByRole('button', { name: 'Show older' }).click()
  expect(await page.locator('.timeline li').count()).toBeGreaterThan(10)

  await page.locator('tbody tr', { hasText: 'deepseek' }).click()
  const plot = page.locator('.plot')
  await plot.hover({ position: { x: 300, y: 60 } })
  await page.locator('.crosshair').waitFor()
  expect(await page.locator('.sparkline .pointed text').count()).toBe(5)
  const value = await page.locator('figcaption .key.available').innerText()
  const row = page.locator('tbody tr', { hasText: 'deepseek' })
  expect(await row.locator('.pointed text').textContent()).toBe(value.replace(' OG', ''))
  await page.shot('crosshair')

  // A dragged range is shown by all drawings, and Esc takes it back before it closes the pane.
  const box = await plot.boundingBox()
  if (!box) throw new Error('There is no plot.')
  await page.mouse.move(box.x + 200, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + 400, box.y + 60)
  await page.mouse.up()
  const choice = page.locator('th select')
  await expect.poll(() => choice.inputValue()).toBe('chosen')
  expect(await choice.locator('option').first().innerText()).toMatch(/^\d\d:\d\d–\d\d:\d\d$/)
  expect(await page.evaluate(() => String(getSelection()))).toBe('')
  await page.shot('range')
  await page.keyboard.press('Escape')
  await expect.poll(() => choice.inputValue()).toBe(String(3_600_000))
  expect(await page.locator('.detail').count()).toBe(1)
})
