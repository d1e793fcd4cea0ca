import { JsonRpcProvider, Wallet } from 'ethers'
import { expect, test } from 'vitest'
import { createBroker, memoryJournal, ogToWei } from '../../../src/index.ts'
import { until } from '../../support/until.ts'
import { start } from '../cli/cli-process.ts'

test('a program of the user keeps a provider funded on the chain of a demo, and gets an answer of it', async () => {
  const demo = start(['demo', '--chain', '--json'])
  const line = await demo.line((text) => text.includes('"chain"'))
  const { rpcUrl, privateKey, providers, wallet, ...network } = JSON.parse(line) as Line
  const node = new JsonRpcProvider(rpcUrl, network.chainId, { staticNetwork: true })
  const signer = new Wallet(privateKey, node)
  const broker = await createBroker({ signer, network: networkIn(network), journal: memoryJournal(), intervalMs: 500 })
  expect(broker.wallet).toBe(wallet)
  await broker.ledger.addLedger('20')
  const [provider = ''] = providers
  broker.inference.startAutoFunding(provider, { target: '2' })
  await until(() => (broker.inference.autoFundingStatus(provider)[0]?.topUps ?? 0) >= 2)

  const { baseURL, model, fetch } = await broker.inference.endpoint(provider)
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'good day' }] })
  expect((await fetch(`${baseURL}/chat/completions`, { method: 'POST', body })).status).toBe(200)
  expect((await broker.position()).ledger?.available).toBeLessThan(ogToWei('18'))
  await broker.close()
  node.destroy()
  demo.interrupt()
  const { code, json } = await demo.ended
  expect([code, json()]).toMatchObject([0, [{ type: 'chain' }]])
})

test.for([
  [['--chain', '--serve'], 'Either --chain or --serve, not both.'],
  [['--chain', '--simulated'], 'Either --chain or --simulated, not both.'],
] as const)('demo %s is refused', async ([options, words]) => {
  const { code, stderr } = await start(['demo', ...options]).ended
  expect([code, stderr]).toEqual([2, expect.stringContaining(words) as string])
})

type Line = {
  rpcUrl: string
  privateKey: string
  wallet: string
  providers: string[]
  chainId: number
  ledger: string
  inference: string
}

const networkIn = ({ chainId, ledger, inference }: Pick<Line, 'chainId' | 'ledger' | 'inference'>) => ({
  chainId,
  ledger,
  inference,
})
