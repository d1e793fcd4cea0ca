// The recipes of the documentation, on the contracts in memory.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { formatOg, type BrokerEvent } from 'og-ledger'
import { createSimulatedBroker } from 'og-ledger/testing'
import { expect, test } from 'vitest'
import { closeEverything } from './recipes/close.ts'
import { auditLog } from './recipes/events.ts'
import { sendFunded } from './recipes/own-retry.ts'

test('close: everything comes home, and each step is said', async () => {
  await using sim = await createSimulatedBroker()
  await sim.broker.ledger.addLedger('10')
  await sim.broker.ledger.transferFund(sim.provider.address, 'inference', '2')
  const lines: string[] = []
  await sim.until(closeEverything(sim.broker, (line) => lines.push(line)))
  expect((await sim.broker.position()).ledger).toBeNull()
  expect(lines[0]).toMatch(/^10 OG come home, the last of it at 2026-01-01T\d\d:\d\d:\d\d.000Z$/)
  expect(lines.at(-1)).toBe('closed')
})

test('events: the log has every payment once', async () => {
  await using sim = await createSimulatedBroker({ broker: { intervalMs: 600_000 } })
  const lines: BrokerEvent[] = []
  const log = auditLog(sim.broker, (line) => lines.push(JSON.parse(line) as BrokerEvent))
  await sim.broker.ledger.addLedger('10')
  sim.broker.inference.startAutoFunding(sim.provider.address)
  await sim.advance('1h')
  log.unsubscribe()
  const mined = lines.flatMap((event) => ('amount' in event ? [`${event.type} ${formatOg(BigInt(event.amount))}`] : []))
  expect(mined).toEqual(['deposit.mined 10', 'top-up.mined 3'])
})

test('own retry: a rejection is paid for up to what it demands, and sent once more', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider } = sim
  await broker.ledger.addLedger('10')
  const server = createServer((_, response) => {
    void broker.position().then(({ subAccounts: [account] }) => {
      const isEnough = (account?.available ?? 0n) >= 1_001_362n * 10n ** 12n
      const error =
        'validate request: insufficient balance: your locked balance is 0.000000 0G, but the required minimum is 1.001362 0G'
      response.writeHead(isEnough ? 200 : 400).end(JSON.stringify(isEnough ? { answer: 'Hello' } : { error }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const send = () => fetch(`http://127.0.0.1:${port}/`)
  expect((await sendFunded(broker, provider.address, send)).status).toBe(200)
  expect((await sendFunded(broker, provider.address, send)).status).toBe(200)
  expect((await broker.position()).subAccounts.map((one) => formatOg(one.available, 6))).toEqual(['1.001363'])
  server.close()
  server.closeAllConnections()
})
