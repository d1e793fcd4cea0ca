import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyState } from '../../../src/visualizer/changes.ts'
import { createClients, type Clients } from '../../../src/visualizer/clients.ts'
import { createHistory, type History } from '../../../src/visualizer/history.ts'
import { until } from '../../support/until.ts'
import { listen } from '../../support/visitor.ts'

let history: History, clients: Clients, server: Server, url: string

beforeEach(async () => {
  history = createHistory(emptyState('0xMe'), { entries: 1_000, bytes: 2 ** 30 })
  clients = createClients(history, 'one')
  server = createServer(({ url = '', headers }, response) => {
    clients.connect(response, String(headers['last-event-id'] ?? url.split('after=')[1]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterEach(() => {
  clients.close()
  server.closeAllConnections()
  server.close()
})

test('a client that does not read is disconnected, and the others are not delayed', async () => {
  const quick = await listen(url, { after: 'one.0' })
  const slow = connect(Number(new URL(url).port), '127.0.0.1', () =>
    slow.write('GET /?after=one.0 HTTP/1.1\r\nHost: x\r\n\r\n'),
  )
  slow.pause()
  await until(() => clients.size() === 2)
  let seq = 0
  await until(() => {
    // The quick one has read everything before the next entry, also on a machine that is busy.
    if (quick.entries.length === seq) happen((seq += 1), 2 ** 20)
    return clients.size() === 1
  })
  await until(() => quick.entries.length === seq)
  quick.leave()
  slow.destroy()
})

test('a client that missed too much is told to load everything again', async () => {
  happen(1, 10)
  happen(2, 2 ** 20)
  const late = await listen(url, { after: 'one.0' })
  await until(() => late.resets.length === 1)
  expect(late.resets).toEqual([{ reason: 'too-old' }])
})

test('an entry of the moment of connecting is sent once', async () => {
  happen(1, 10)
  const visitor = await listen(url, { after: 'one.1' })
  happen(2, 10)
  happen(3, 10)
  const other = await listen(url, { after: 'one.1' })
  happen(4, 10)
  await until(() => visitor.ids.length === 3 && other.ids.length === 3)
  expect([visitor.ids, other.ids]).toEqual([
    ['one.2', 'one.3', 'one.4'],
    ['one.2', 'one.3', 'one.4'],
  ])
  visitor.leave()
  other.leave()
})

function happen(seq: number, bytes: number): void {
  const error = 'x'.repeat(bytes)
  clients.push(history.add({ seq, at: seq, block: null, kind: 'failure', failures: 1, error, patch: {} }))
}
