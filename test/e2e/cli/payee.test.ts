import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { placeOf, run, type Ended } from './cli-process.ts'

const STRANGER = `0x${'11'.repeat(20)}`

let chain: LocalChain, user: Wallet, serving: LocalProvider, tuner: LocalProvider
let place: string[]

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 1, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[[serving], [tuner]] = [chain.inference, chain.fineTuning] as [[LocalProvider], [LocalProvider]]
  place = placeOf(chain, { fineTuning: true })
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('20'))])
})
afterAll(() => chain[Symbol.asyncDispose]())

const cli = (...args: string[]): Promise<Ended> => run([...args, ...place], { PRIVATE_KEY: user.privateKey })

/** What the ledger has left, in OG. */
async function left(): Promise<bigint> {
  const ledger = (await chain.contracts.ledger.getFunction('getLedger')(user.address)) as { availableBalance: bigint }
  return ledger.availableBalance
}

test.for<[what: string, args: () => string[], sentence: string]>([
  [
    'a transfer for inference to a provider of fine-tuning',
    () => ['transfer', tuner.address, 'inference', '1'],
    'This address offers fine-tuning, not inference.',
  ],
  [
    'a transfer for fine-tuning to a provider of inference',
    () => ['transfer', serving.address, 'fine-tuning-v1.0', '1'],
    'This address offers inference, not fine-tuning.',
  ],
  [
    'a transfer to a stranger',
    () => ['transfer', STRANGER, 'inference', '1'],
    'This address offers no service at all.',
  ],
  [
    'a transfer to the ledger contract',
    () => ['transfer', chain.network.ledger, 'inference', '1'],
    'This address is the ledger contract, and no provider.',
  ],
  ['ensure for a stranger', () => ['ensure', STRANGER, '2'], 'This address offers no service at all.'],
  [
    'ensure for a service that the provider does not offer',
    () => ['ensure', serving.address, '2', '--service', 'fine-tuning'],
    'This address offers inference, not fine-tuning.',
  ],
])('%s is refused, and --force pays it', async ([, args, sentence]) => {
  const before = await left()
  const refused = await cli(...args(), '--yes')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toContain(`${sentence}\n`)
  expect(await left()).toBe(before)
  const paid = await cli(...args(), '--yes', '--force')
  expect([paid.code, await left()]).toEqual([0, before - og('1')])
})

test.each([
  [['transfer', STRANGER, 'Inference', '1'], 'There is no service "Inference" (did you mean inference?): there are'],
  [['transfer', STRANGER, 'inference-v1', '1'], '"inference-v1" (did you mean inference?)'],
  [['transfer', STRANGER, 'finetuning', '1'], '"finetuning" (did you mean fine-tuning?)'],
  [
    ['ensure', STRANGER, '1', '--service', 'chat'],
    '--service is one of inference, fine-tuning; this is "chat" (did you',
  ],
  [['auto-fund', STRANGER, '--service', 'training'], '"training" (did you mean fine-tuning?)'],
])('%o names the word that is meant', async (args, sentence) => {
  const refused = await cli(...args, '--yes')
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.stderr).toContain(sentence)
})
