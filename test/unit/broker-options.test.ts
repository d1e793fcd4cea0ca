import { Wallet } from 'ethers'
import { expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../src/index.ts'

const KEY = `0x${'59c6995e998f97a5'.repeat(4)}`
const ADDRESS = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const FUNCTION = (): never => expect.fail('No call may be made before the options are checked.')

/** An ethers 6 provider by its form, which answers nothing. */
const provider = { getNetwork: FUNCTION, call: FUNCTION, send: FUNCTION }
const signer = { getAddress: FUNCTION, signTransaction: FUNCTION, sendTransaction: FUNCTION, provider }
const network = { chainId: 31337, ledger: ADDRESS, inference: ADDRESS }

async function refusalOf(options: unknown): Promise<string> {
  const error = await createBroker(options as never).then(
    () => expect.fail('It was taken.'),
    (error: unknown) => error as Error,
  )
  expect(error.name).toBe('InvalidInputError')
  return error.message
}

const unknown: readonly [Record<string, unknown>, string][] = [
  [{ budgett: { amount: '1', per: '1d' } }, 'createBroker has no option budgett.'],
  [{ maxFee: 1n }, 'createBroker has no option maxFee.'],
  [{ interval: 30_000 }, 'createBroker has no option interval.'],
  [{ privateKey: KEY }, 'createBroker has no option privateKey.'],
  [{ [KEY]: 1 }, 'createBroker has no option with a name of 66 characters.'],
]

test.for(unknown.map(([more, sentence]) => [sentence, more] as const))(
  'an unknown option is refused, and the known ones are named: %s',
  async ([sentence, more]) => {
    const message = await refusalOf({ signer, network, journal: memoryJournal(), ...more })
    expect(message.split('\n')[0]).toBe(sentence)
    expect(message).toContain('intervalMs')
    expect(message).toContain('maxFeePerGas')
    expect(message).not.toContain(KEY.slice(2))
  },
)

const impossible: readonly [Record<string, unknown>, string][] = [
  [{ maxFeePerGas: -1n }, 'maxFeePerGas is a bigint of wei from 0n up.'],
  [{ maxFeePerGas: 50 }, 'maxFeePerGas is a bigint of wei from 0n up.'],
  [{ intervalMs: '30' }, 'intervalMs is milliseconds from 100 up, or a duration such as "90s".'],
  [{ intervalMs: '0.05s' }, 'intervalMs is milliseconds from 100 up, or a duration such as "90s".'],
  [{ signerTimeoutMs: '5 min' }, 'signerTimeoutMs is milliseconds from 1000 up, or a duration such as "90s".'],
  [{ intervalMs: NaN }, 'intervalMs is milliseconds from 100 up, or a duration such as "90s".'],
  [{ journal: '/tmp/journal' }, 'journal is a journal, such as memoryJournal(), an object with load, append, close.'],
  [{ journal: {} }, 'journal is a journal, such as memoryJournal(), an object with load, append, close.'],
  [{ autoClaim: 'no' }, 'autoClaim is true or false.'],
  [{ logger: true }, 'logger is a logger, such as console or pino, an object with debug, info, warn, error.'],
  [{ signal: new AbortController() }, 'signal is an AbortSignal.'],
  [{ budget: '10' }, 'budget is an object with amount, per.'],
  [{ budget: { amount: '1', per: '1d', pre: '1d' } }, 'budget has no field pre: it has amount, per.'],
  [{ budget: { amount: '0', per: '1d' } }, 'budget.amount is more than nothing.'],
  [{ network: { ledger: ADDRESS, inference: ADDRESS } }, 'network has no chainId.'],
  [{ network: { chainId: 1 } }, 'network has no ledger and no inference.'],
  [{ network: { ...network, fine_tuning: ADDRESS } }, 'network has no option fine_tuning.'],
  [{ network: { ...network, chainId: '16661' } }, 'chainId is the id of a chain, a whole number or bigint from 1 up.'],
  [{ network: { ...network, minLockedBalance: '1' } }, 'minLockedBalance is a bigint of wei from 0n up.'],
  [{ network: 'mainet' }, 'There is no such network.'],
  [{ network: 16661 }, 'network is the name of a network, or an object with the addresses of its contracts.'],
]

test.for(impossible.map(([more, sentence]) => [sentence, more] as const))(
  'a value that cannot be is refused with what the option takes: %s',
  async ([sentence, more]) => {
    const message = await refusalOf({ signer, network, journal: memoryJournal(), ...more })
    expect(message.split('\n')[0]).toBe(sentence)
  },
)

const ethers5Provider = { _isProvider: true, getNetwork: FUNCTION, call: FUNCTION }
const viemClient = { type: 'walletClient', transport: { url: 'x' }, account: { address: ADDRESS }, extend: FUNCTION }
const viemAccount = { type: 'local', address: ADDRESS, signMessage: FUNCTION, signTransaction: FUNCTION }

test.for<[string, unknown, string]>([
  ['nothing', {}, 'A broker needs a signer, or a provider and an address to watch.'],
  ['null', { signer: null }, 'A broker needs a signer, or a provider and an address to watch.'],
  ['an address alone', { address: ADDRESS }, 'A broker needs a signer, or a provider and an address to watch.'],
  ['a private key', { signer: KEY }, 'A private key is no signer.'],
  ['a private key without 0x', { signer: ` ${KEY.slice(2)}\n` }, 'A private key is no signer.'],
  ['an address as signer', { signer: ADDRESS }, 'An address is no signer.'],
  ['words', { signer: 'test test test junk' }, 'A string is no signer.'],
  ['a wallet without a provider', { signer: new Wallet(KEY) }, 'The signer has no provider.'],
  [
    'an ethers 5 wallet',
    { signer: { _isSigner: true, getAddress: FUNCTION, sendTransaction: FUNCTION, provider: ethers5Provider } },
    'The signer is one of ethers 5; og-ledger takes those of ethers 6.',
  ],
  [
    'a signer on an ethers 5 provider',
    { signer: { ...signer, provider: ethers5Provider } },
    'The signer is one of ethers 5; og-ledger takes those of ethers 6.',
  ],
  [
    'an ethers 5 provider',
    { provider: ethers5Provider, address: ADDRESS },
    'The provider is one of ethers 5; og-ledger takes those of ethers 6.',
  ],
  ['a viem client', { signer: viemClient }, 'The signer is one of viem.'],
  ['a viem account', { signer: viemAccount }, 'The signer is one of viem.'],
  ['a viem client to watch with', { provider: viemClient, address: ADDRESS }, 'The provider is one of viem.'],
  ['the wallet of a browser', { signer: { request: FUNCTION, on: FUNCTION } }, 'The signer is an EIP-1193 provider.'],
  ['a promise', { signer: Promise.resolve(signer) }, 'The signer is a promise.'],
  ['a provider', { signer: { ...provider, getSigner: FUNCTION } }, 'The signer is a provider, which has no key.'],
  ['another object', { signer: { key: KEY } }, 'The signer is no signer of ethers 6.'],
  ['bytes', { signer: Buffer.from(KEY.slice(2), 'hex') }, 'The signer is no signer of ethers 6.'],
  ['a URL', { provider: `https://rpc.example/${KEY}`, address: ADDRESS }, 'A URL is no provider.'],
  ['both', { signer, provider, address: ADDRESS }, 'A signer comes with its provider and address.'],
  ['no options', KEY, 'The options of createBroker are an object.'],
  ['null', null, 'The options of createBroker are an object.'],
  ['nothing', undefined, 'The options of createBroker are an object.'],
])('what is no ethers 6 signer is refused in its own sentence: %s', async ([, options, sentence]) => {
  const message = await refusalOf(options)
  expect(message.split('\n')[0]).toBe(sentence)
  expect(message).not.toContain(KEY.slice(2))
  expect(message).not.toContain('junk')
})
