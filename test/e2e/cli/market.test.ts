import { parseUnits } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { placeOf, run } from './cli-process.ts'
import { openTerminal } from './cli-terminal.ts'

let chain: LocalChain
let priced: LocalProvider, hostile: LocalProvider, tuning: LocalProvider

/** A provider with prices, one whose texts are made to break a terminal, and one that tunes. None of them has a customer. */
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 1, wallets: 1 })
  ;[priced, hostile] = chain.inference as [LocalProvider, LocalProvider]
  ;[tuning] = chain.fineTuning as [LocalProvider]
  const { inference, owner } = chain.contracts
  const offer = async ({ address }: LocalProvider, ...[url, model, price]: [string, string, bigint]) =>
    transact(await chain.provider.getSigner(address), [
      callOf(inference, 'addOrUpdateService', [['chatbot', url, model, 'TeeML', price, 2n * price, '{}', address]]),
    ])
  await offer(priced, 'https://gpu.example/v1', 'llama', parseUnits('0.05', 12))
  await transact(owner, [callOf(inference, 'acknowledgeTEESignerByOwner', [priced.address])])
  await offer(hostile, 'https://x.example/\u001B[2J', `a\u001B[31m\n${'m'.repeat(90)}\u202E`, 2n ** 200n)
})
afterAll(() => chain[Symbol.asyncDispose]())

test('providers --all tells all that the contracts hold, in JSON, without a wallet', async () => {
  const { code, json, stderr } = await run(['providers', '--all', ...place()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const own = { v: 1, type: 'service', service: 'inference', kind: 'chatbot', verifiability: 'TeeML' }
  const updatedAt = expect.any(Number) as number
  expect(json()).toEqual([
    {
      ...own,
      provider: priced.address,
      model: 'llama',
      url: 'https://gpu.example/v1',
      inputPrice: '50000000000',
      outputPrice: '100000000000',
      accepted: true,
      updatedAt,
    },
    {
      ...own,
      provider: hostile.address,
      model: `a [31m ${'m'.repeat(90)}`,
      url: 'https://x.example/ [2J',
      inputPrice: `${2n ** 200n}`,
      outputPrice: `${2n ** 201n}`,
      accepted: false,
      updatedAt,
    },
    {
      v: 1,
      type: 'service',
      service: 'fine-tuning',
      provider: tuning.address,
      models: ['local-model'],
      url: '',
      quota: { cpuCount: 1, nodeMemory: 1, gpuCount: 1, nodeStorage: 1, gpuType: 'local' },
      pricePerToken: '1',
      occupied: false,
      accepted: true,
    },
  ])
})

test.each([
  ['--service', 'fine-tuning'],
  ['fine-tuning', '--json'],
])('providers --all %s %s tells of that service alone', async (...more) => {
  const { code, json } = await run(['providers', '--all', ...more, ...place()])
  expect({ code, providers: json() }).toMatchObject({ code: 0, providers: [{ provider: tuning.address }] })
  expect(json()).toHaveLength(1)
})

test.each([80, 60])('its table fits into %i columns, whatever a provider says of itself', async (columns) => {
  const lines = await linesOf(columns)
  expect(lines.filter((line) => line.length > columns)).toEqual([])
  const cut = (text: string) => `  ${text.slice(0, columns - 3)}…`
  const texts = (provider: LocalProvider) =>
    provider === priced
      ? ['  llama (TeeML)', '  gpu.example']
      : [cut(`a [31m ${'m'.repeat(90)}`), expect.stringMatching(/^ {2}x\.example/) as string]
  const [titles = '', ...rows] = lines
  if (columns === 80) {
    expect(titles).toMatch(/^PROVIDER +INPUT +OUTPUT +SIGNER$/)
    expect(rows.slice(0, 6)).toEqual([
      expect.stringMatching(new RegExp(`^${priced.address} +0\\.0500 +0\\.1000 +accepted$`)),
      ...texts(priced),
      expect.stringMatching(new RegExp(`^${hostile.address} +\\d+… +\\d+… +not accepted$`)),
      ...texts(hostile),
    ])
  } else {
    expect(titles).toMatch(/^PROVIDER +SIGNER$/)
    expect(rows.slice(0, 8)).toEqual([
      `${priced.address}  accepted`,
      '  input 0.0500, output 0.1000',
      ...texts(priced),
      `${hostile.address}  not accepted`,
      expect.stringMatching(/^ {2}input \d+…, output \d+…$/),
      ...texts(hostile),
    ])
  }
  expect(rows).toContain('Prices in OG per million tokens.')
})

test('on a wide terminal everything has its column', async () => {
  const [titles, first] = await linesOf(200)
  expect(titles).toMatch(/^PROVIDER +MODEL +INPUT +OUTPUT +PROOF +SIGNER +HOST$/)
  expect(first).toMatch(new RegExp(`^${priced.address}  llama +0\\.0500 +0\\.1000  TeeML  accepted +gpu\\.example$`))
})

async function linesOf(columns: number): Promise<string[]> {
  const terminal = openTerminal(['providers', '--all', ...place()], {}, { columns, rows: 40 })
  expect(await terminal.ended).toBe(0)
  return terminal.text().trimEnd().split('\n')
}

function place(): string[] {
  return placeOf(chain, { fineTuning: true })
}
