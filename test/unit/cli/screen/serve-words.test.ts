import { expect, test } from 'vitest'
import type { Broker } from '../../../../src/index.ts'
import type { FundingConfig } from '../../../../src/cli/config/file.ts'
import type { Terms } from '../../../../src/cli/config/terms.ts'
import { requestHoldInWords, servedInWords, serveWords } from '../../../../src/cli/screen/serve-words.ts'
import { nothingCounted } from '../../../../src/provider/endpoint.types.ts'

const OG = 10n ** 18n
const PROVIDERS = ['0x00000000000000000000000000000000000000Aa', '0x00000000000000000000000000000000000000bB']
const [PROVIDER = ''] = PROVIDERS
const broker = { wallet: '0xWallet', minLockedBalance: OG } as Broker

const FUND = 'whatever a provider rejects for lack of funds, and send it once more'
const END = [
  ['from', 'the ledger'],
  ['wallet', '0xWallet'],
  ['network', 'testnet (host)'],
]
const words = (config: Partial<FundingConfig> & { own: readonly Terms[] }, autoFund = false) => {
  const { own, ...rest } = config
  const providers = own.map((terms, index) => ({
    provider: PROVIDERS[index] ?? '',
    service: 'inference' as const,
    terms,
  }))
  const endpoints = providers.map(({ provider }, index) => ({ provider, model: `qwen${index}` }))
  const place = 'testnet (host)'
  return serveWords(broker, { place, endpoints, config: { defaults: {}, ...rest, providers }, autoFund, payer: null })
}

test('the question names the models and the limits of what their requests may cost', () => {
  const terms: Terms = { maxTopUp: 5n * OG, budget: { amount: 20n * OG, per: '24h' }, onPendingRefund: 'reuse' }
  expect(words({ own: [terms] })).toEqual([
    ['serve', `qwen0 of ${PROVIDER}`],
    ['fund', `${FUND}, at most 5 OG at once, at most 20 OG in 24h, pending refunds are taken from first`],
    ...END,
  ])
  expect(words({ own: [{}] })[1]).toEqual(['fund', FUND])
  expect(words({ own: [{}] }, true).map(([name]) => name)).toEqual([
    'serve',
    'fund',
    'do',
    'required',
    'to',
    'from',
    'wallet',
    'network',
  ])
})

test('providers with limits of their own are named with them, and so is the budget of all', () => {
  const own = [{ maxTopUp: '5' }, {}]
  expect(words({ own, budget: { amount: '50', per: '24h' } })).toEqual([
    ['serve', `qwen0 of ${PROVIDERS[0]}, qwen1 of ${PROVIDERS[1]}`],
    ['fund', FUND],
    ['for 0x0000…00Aa', 'at most 5 OG at once'],
    ['for 0x0000…00bB', 'no limit'],
    ['all together', 'at most 50 OG in 24h'],
    ...END,
  ])
})

test('a hold says what was demanded and why it is not paid', () => {
  const hold = { provider: PROVIDER, reason: 'over-max' as const, required: 2n * OG, locked: OG }
  expect(requestHoldInWords({ ...hold, error: new Error('Too much.\nfacts') })).toBe(
    'A request to 0x0000…00Aa was rejected for 2 OG, and is not funded (over-max): Too much.',
  )
  expect(requestHoldInWords({ ...hold, reason: 'not-resendable', required: null, error: null })).toBe(
    'A request to 0x0000…00Aa was rejected, and is not funded (not-resendable)',
  )
})

test('the end says how many requests were rejected, and what was paid', () => {
  expect(servedInWords({ ...nothingCounted(), requests: 1 })).toBe('1 request.')
  expect(servedInWords({ ...nothingCounted(), requests: 9, rejected: 3, answered: 2, paid: 4n * OG })).toBe(
    '9 requests; rejected for lack of funds: 3, answered after 4 OG: 2.',
  )
})
