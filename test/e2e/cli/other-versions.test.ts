import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { deployVersion } from '../../support/other-version.ts'
import { placeOf, run } from './cli-process.ts'
import { openTerminal } from './cli-terminal.ts'

const LOCK = 3_600

let chain: LocalChain
let user: Wallet, alice: LocalProvider

/** All that the wallet has with a provider lies in another version of inference. */
beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  await deployVersion(chain, { serviceType: 'inference', version: 'v1.1', lockTime: LOCK })
  const { ledger } = chain.contracts
  await transact(user, [
    callOf(ledger, 'addLedger', [''], og('10')),
    callOf(ledger, 'transferFund', [alice.address, 'inference-v1.1', og('2')]),
  ])
})
afterAll(() => chain[Symbol.asyncDispose]())

test('status shows what lies in another version, in 60 columns too', async () => {
  const terminal = openTerminal(['status', '--address', user.address, ...place()], {}, { columns: 60, rows: 30 })
  expect(await terminal.ended).toBe(0)
  const lines = terminal.text().trimEnd().split('\n')
  const at = lines.indexOf('Money in other versions of the services:')
  expect(lines.slice(at + 1)).toEqual([
    'PROVIDER     VERSION         BALANCE  PENDING  CLAIMABLE',
    `${alice.address.slice(0, 6)}…${alice.address.slice(-4)}  inference-v1.1   2.0000   0.0000     0.0000`,
    '',
    'Amounts in OG.',
  ])
  expect(lines.slice(at).filter((line) => line.length > 60)).toEqual([])
})

test('retrieve and claim take its exact name', async () => {
  const env = { PRIVATE_KEY: user.privateKey }
  const name = 'inference-v1.1'
  const wrong = await run(['retrieve', 'inference-v1.2', '--yes', ...place()], env)
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no such service type.') as string })
  const asked = await run(['retrieve', name, '--yes', ...place()], env)
  expect({ code: asked.code, json: asked.json() }).toMatchObject({ code: 0, json: [{ type: 'receipt', sent: true }] })
  const status = await run(['status', '--address', user.address, ...place()])
  expect(status.json()).toMatchObject([
    { elsewhere: [{ service: name, provider: alice.address, balance: `${og('2')}`, pendingRefund: `${og('2')}` }] },
  ])
  await chain.warp(LOCK)
  const claimed = await run(['claim', '--provider', alice.address, '--service', name, '--yes', ...place()], env)
  expect({ code: claimed.code, json: claimed.json() }).toMatchObject({
    code: 0,
    json: [{ type: 'receipt', command: 'claim', claimed: `${og('2')}`, putBack: '0' }],
  })
  const [last] = (await run(['status', '--address', user.address, ...place()])).json()
  expect(last).not.toHaveProperty('elsewhere')
})

function place(): string[] {
  return placeOf(chain, { fineTuning: true })
}
