import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'
import { placeOf } from './cli-process.ts'
import { openTerminal } from './cli-terminal.ts'

let chain: LocalChain
let proxy: Proxy

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test('what is typed before a question answers none', async () => {
  const place = placeOf(chain, { url: proxy.url })
  const resume = proxy.pause()
  const terminal = openTerminal(['deposit', '5', ...place], { PRIVATE_KEY: chain.wallets[0]?.privateKey ?? '' })
  await until(() => proxy.requests > 0)
  terminal.type('y')
  terminal.type('yyy')
  resume()
  await terminal.shows('Shall this be done?')
  terminal.type('n')
  expect(await terminal.ended).toBe(130)
  expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  expect(terminal.text()).toContain('Nothing was sent.')
})
