import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { FetchRequest } from 'ethers'
import { expect, test } from 'vitest'
import { boundedGetUrl } from '../../../../src/cli/session/bounded-answer.ts'
import { serve, writeForEver } from '../../../support/answers.ts'

const MOST = 2 ** 20

/** Asks a node that answers as the function does. */
async function ask(answer: (response: ServerResponse) => unknown, timeout = 10_000) {
  const request = new FetchRequest(await serve(answer))
  request.body = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }
  request.timeout = timeout
  request.getUrlFunc = boundedGetUrl(MOST)
  return request.send()
}

test('an answer that never ends is given up at the limit, and its connection is closed', async () => {
  const closed: Promise<unknown>[] = []
  const answered = ask((response) => {
    closed.push(once(response, 'close'))
    writeForEver(response)
  })
  await expect(answered).rejects.toThrow(`the answer is longer than ${MOST} bytes`)
  expect(await Promise.all(closed)).toEqual([[]])
})

test('an answer of a hundred kilobytes that unpacks to a hundred megabytes is given up at the limit', async () => {
  const bomb = gzipSync(Buffer.alloc(100 * MOST))
  const answered = ask((response) => response.setHeader('content-encoding', 'gzip').end(bomb))
  await expect(answered).rejects.toThrow(`the answer is longer than ${MOST} bytes`)
})

test('an answer that comes byte by byte ends with the time of the request', async () => {
  const timers: NodeJS.Timeout[] = []
  const answered = ask((response) => void timers.push(setInterval(() => response.write(' '), 20)), 300)
  await expect(answered).rejects.toMatchObject({ code: 'TIMEOUT', shortMessage: 'request timeout' })
  for (const timer of timers) clearInterval(timer)
})

test('an answer that breaks off is an error', async () => {
  const answered = ask((response) => {
    response.setHeader('content-length', 100)
    response.write('{', () => response.destroy())
  })
  await expect(answered).rejects.toThrow('aborted')
})

test.each([
  ['plain', {}, Buffer.from('{"result":"0x1"}')],
  ['packed', { 'content-encoding': 'gzip' }, gzipSync('{"result":"0x1"}')],
])('a %s answer is read whole', async (_, headers, body) => {
  const response = await ask((to) => to.writeHead(200, headers).end(body))
  expect(response).toMatchObject({ statusCode: 200, bodyJson: { result: '0x1' } })
})

test('an answer without a body has none', async () => {
  const response = await ask((to) => to.writeHead(204).end())
  expect({ statusCode: response.statusCode, hasBody: response.hasBody() }).toEqual({ statusCode: 204, hasBody: false })
})
