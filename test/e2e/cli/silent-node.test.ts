import type { Wallet } from 'ethers'
import { expect, test } from 'vitest'
import { localChain } from '../../support/chain.ts'
import { startProxy } from '../../support/proxy.ts'
import { placeOf, start } from './cli-process.ts'

test('a deposit whose node stops to answer says so, asks ever less often, and reports its block later', async () => {
  await using chain = await localChain({ wallets: 1, inferenceProviders: 0, fineTuningProviders: 0 })
  const proxy = await startProxy(chain.anvil.url)
  const [wallet] = chain.wallets as [Wallet]
  const place = placeOf(chain, { url: proxy.url })
  await chain.setAutomine(false)
  const command = start(['deposit', '5', '--yes', ...place], { PRIVATE_KEY: wallet.privateKey })
  await command.line((line) => line.startsWith('depositFund was sent as'))
  const heal = proxy.fault(() => ({ kind: 'drop' }))
  proxy.reset()
  await command.line((line) => line.startsWith('the node has not answered for'))
  // At the pace of the blocks it would have been more than 200.
  expect(proxy.log.length).toBeLessThan(80)
  heal()
  await chain.setAutomine(true)
  await chain.mine()
  const { code, stderr } = await command.ended
  expect(code).toBe(0)
  expect(stderr).toMatch(/the node answers again\n(.*\n)*depositFund was mined in block \d+\.\n/)
  await proxy.stop()
})
