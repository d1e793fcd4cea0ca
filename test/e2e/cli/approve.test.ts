import { parseEther as og } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, type LowWallet } from '../../support/low-wallet.ts'
import { until } from '../../support/until.ts'
import { placeOf } from './cli-process.ts'
import { openTerminal, type Terminal } from './cli-terminal.ts'

let chain: LocalChain
let low: LowWallet
let terminal: Terminal | undefined

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  low = await lowWallet(chain, chain.inference)
})
afterAll(async () => {
  terminal?.hangUp()
  await terminal?.ended
  await chain[Symbol.asyncDispose]()
})

test('auto-fund --approve sends the top-up that is approved at the terminal, and no other', async () => {
  const providers = chain.inference.map(({ address }) => address)
  const { shows, type, text, ended } = autoFund(providers, '--approve')
  const isAskedAbout = (provider: string) => text().includes(`Top up inference ${provider} by 1.5 OG? y or n`)
  /** Types a key until it counts: one that comes too soon after a question is ignored. */
  const answer = (key: string, isAnswered: () => boolean) =>
    until(() => {
      if (isAnswered()) return true
      type(key)
      return false
    })

  await shows('Shall this be done, until Ctrl-C?')
  type('y')
  await until(() => providers.some(isAskedAbout))
  const [approved = '', rejected = ''] = providers.toSorted((a, b) => Number(isAskedAbout(b)) - Number(isAskedAbout(a)))
  expect(isAskedAbout(rejected)).toBe(false)
  await answer('y', () => isAskedAbout(rejected))
  await answer('n', () => text().includes('The top-up was not approved.'))
  await until(async () => (await balanceWith(approved)) === og('2'))
  await shows(' 1.5000  enough is available')
  type('q')
  expect(await ended).toBe(0)
  expect(text()).toMatch(/\nAuto-funding ended after 1 top-up of 1\.5 OG\.\n$/)
  expect(await balanceWith(rejected)).toBe(og('2') - (low.needed.get(rejected) ?? 0n))
})

test('auto-fund counts a top-up that was in flight at its end, once it is mined', async () => {
  low = await lowWallet(chain, chain.inference.slice(0, 1))
  const [provider = ''] = low.needed.keys()
  await chain.setAutomine(false)
  const { shows, type, text, ended } = autoFund([provider], '--yes')
  await until(async () => (await chain.provider.getTransactionCount(low.wallet.address, 'pending')) > low.nonce)
  await shows('topping up')
  type('q')
  await chain.mine()
  await chain.setAutomine(true)
  expect(await ended).toBe(0)
  expect(await balanceWith(provider)).toBe(og('2'))
  expect(text()).toMatch(/\nAuto-funding ended after 1 top-up of 1\.5 OG\.\n$/)
})

function autoFund(providers: readonly string[], ...options: string[]): Terminal {
  const place = placeOf(chain, { fineTuning: true })
  terminal = openTerminal(['auto-fund', ...providers, ...options, '--target', '2x', '--interval-ms', '100', ...place], {
    PRIVATE_KEY: low.wallet.privateKey,
  })
  return terminal
}

async function balanceWith(provider: string): Promise<bigint> {
  const ask = chain.contracts.inference.getFunction('getAccount')
  const { balance } = (await ask.staticCall(low.wallet.address, provider)) as { balance: bigint }
  return balance
}
