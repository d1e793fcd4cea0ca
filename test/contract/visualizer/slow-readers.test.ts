import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request, type Server, type ServerResponse } from 'node:http'
import { connect as connectSocket, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { createVisualizer, type Visualizer } from '../../../src/visualizer/index.ts'
import { EXACT } from '../../support/exact.ts'
import { until } from '../../support/until.ts'

const READERS = 40
/** What one reader may have waiting for it. */
const MOST_UNSENT = 2 ** 16

let sim: Simulation
let page: Visualizer
let server: Server
let folder: string
/** The kernel keeps little of what is sent through a socket of the file system, so that a slow reader shows at once. */
let path: string
const sockets: Socket[] = []
let responses: ServerResponse[] = []

beforeAll(async () => {
  sim = await createSimulatedBroker({ providers: 3, broker: { intervalMs: 10_000 } })
  page = await createVisualizer(sim.broker, { port: null })
  await sim.broker.ledger.addLedger('100')
  for (const { address } of sim.providers) sim.broker.inference.startAutoFunding(address, EXACT)
  // A history of some hundred kilobytes.
  for (let hour = 0; hour < 5; hour += 1) {
    await sim.advance('30m')
    for (const provider of sim.providers) sim.spend(provider, '0.2')
    await sim.advance('30m')
  }
  folder = mkdtempSync(join(tmpdir(), 'og-ledger-page-'))
  path = join(folder, 'socket')
  server = createServer((request, response) => {
    responses.push(response)
    page.handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  responses = []
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await page.close()
  await sim.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The whole answer of the server, from a reader that takes it. */
function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath: path, path: '/api/hello', headers: { host: '127.0.0.1' }, agent: false }, (response) => {
      expect(response.statusCode).toBe(200)
      void text(response).then(resolve, reject)
    })
      .on('error', reject)
      .end()
  })
}

/** Asks, and takes nothing of the answer. */
async function askAndTakeNothing(): Promise<void> {
  const socket = connectSocket(path).pause()
  socket.on('error', () => undefined)
  sockets.push(socket)
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  socket.write('GET /api/hello HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
}

const unsent = () => responses.reduce((sum, { writableLength }) => sum + writableLength, 0)

test('forty readers that ask for everything and take nothing cost a bounded memory', async () => {
  const body = await ask()
  expect(body.length).toBeGreaterThan(4 * MOST_UNSENT)
  responses = []
  for (let reader = 0; reader < READERS; reader += 1) await askAndTakeNothing()
  await until(() => responses.length === READERS)
  expect(unsent()).toBeLessThan(READERS * MOST_UNSENT)
})

test('while forty readers take nothing, another one is answered whole', async () => {
  const before = await ask()
  for (let reader = 0; reader < READERS; reader += 1) await askAndTakeNothing()
  expect(await ask()).toBe(before)
})
