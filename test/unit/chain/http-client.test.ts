import { once } from 'node:events'
import { expect, test } from 'vitest'
import { postRequest } from '../../../src/chain/http-client.ts'
import { serve, writeForEver } from '../../support/answers.ts'

const MOST = 2 ** 20
const ask = (url: string) => postRequest(url, 'eth_blockNumber', [], MOST)

test('an answer that never ends counts as none, and its connection is closed', async () => {
  const closed: Promise<unknown>[] = []
  const url = await serve((response) => {
    closed.push(once(response, 'close'))
    writeForEver(response)
  })
  expect(await ask(url)).toBe(null)
  expect(await Promise.all(closed)).toEqual([[]])
})

test('an answer that is broken off counts as none', async () => {
  const url = await serve((response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"jsonrpc":"2.0"')
    response.destroy()
  })
  expect(await ask(url)).toBe(null)
})

test('an answer up to the limit counts', async () => {
  const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: '0x10' }).padEnd(MOST, ' ')
  const url = await serve((response) => response.end(answer))
  expect(await ask(url)).toEqual({ result: '0x10' })
})
