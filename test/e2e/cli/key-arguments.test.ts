import process from 'node:process'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../../src/cli/run.ts'

const KEY = '59c6995e998f97a5'.repeat(4)
const WORDS = 'test walk twenty river candy maple piano slot radar tent lamp junk'

let said: string

beforeEach(() => {
  said = ''
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
  vi.stubGlobal('fetch', () => Promise.reject(new Error('No request may be sent.')))
  vi.stubEnv('PRIVATE_KEY', undefined)
  vi.stubEnv('OG_RPC_URL', undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

test.for<[string, readonly string[]]>([
  ['as the amount', ['deposit', `0x${KEY}`, '--network', 'testnet']],
  ['as one argument too many', ['deposit', '1', KEY]],
  ['as a command', [`0x${KEY}`]],
  ['as an address', ['deposit-for', `0x${KEY}`, '1']],
  ['in upper case', ['ensure', KEY.toUpperCase(), '1']],
  ['as an unknown option', ['deposit', '1', `--0x${KEY}`]],
  ['as a value of an unknown option', ['deposit', '1', `--private-key=${KEY}`]],
  ['as a keystore', ['deposit', '1', '--yes', '--network', 'testnet', '--keystore', KEY]],
  ['as a network', ['deposit', '1', '--yes', '--network', KEY]],
  ['with blanks round it', ['deposit', ` ${KEY} `]],
  ['as a config', ['auto-fund', '--config', `/no/${KEY}`]],
  ['as words of a mnemonic', ['deposit', WORDS]],
  ['as words for a config', ['auto-fund', '--config', WORDS]],
])('a key on the command line is not repeated: %s', async ([, argv]) => {
  expect(await run(argv)).not.toBe(0)
  expect(said).not.toBe('')
  expect(said.toLowerCase()).not.toContain(KEY)
  expect(said).not.toContain('piano')
})

test('what is no key is repeated: a message names what it refuses', async () => {
  await run(['deposit', '1', 'everything'])
  expect(said).toContain('"everything" is one argument too many.')
})
