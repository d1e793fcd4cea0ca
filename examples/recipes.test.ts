// The recipes of the documentation, on the contracts in memory.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { formatOg, LedgerNotExistsError, type BrokerEvent } from 'og-ledger'
import { createSimulatedBroker, type Simulation } from 'og-ledger/testing'
import { expect, test, vi } from 'vitest'
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

test('own retry: a rejection is paid for up to the trigger of auto-funding, and sent once more', async () => {
  await using sim = await createSimulatedBroker()
  await sim.broker.ledger.addLedger('10')
  await using server = await providerOf(
    sim,
    'insufficient balance: your locked balance is 0.000000 0G, but the required minimum is 1.001362 0G',
  )
  expect((await sendFunded(sim.broker, sim.provider.address, server.send)).status).toBe(200)
  expect((await sendFunded(sim.broker, sim.provider.address, server.send)).status).toBe(200)
  expect(server.requests()).toBe(3)
  expect((await sim.broker.position()).subAccounts.map((one) => formatOg(one.available))).toEqual(['2'])
})

test('own retry: a provider that sees no sub-account gets one, and the time to see it', async () => {
  await using sim = await createSimulatedBroker()
  await sim.broker.ledger.addLedger('10')
  await using server = await providerOf(sim, 'get account from contract, account not exist')
  const response = await sendFunded(sim.broker, sim.provider.address, server.send, { firstSightMs: 1 })
  expect(response.status).toBe(200)
  expect((await sim.broker.position()).subAccounts.map((one) => formatOg(one.available))).toEqual(['2'])
})

test("own retry: where nothing can be paid the caller gets the provider's own response", async () => {
  await using sim = await createSimulatedBroker()
  await using server = await providerOf(sim, 'get account from contract, account not exist')
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const response = await sendFunded(sim.broker, sim.provider.address, server.send)
  expect([response.status, await response.json()]).toEqual([400, { error: server.error }])
  expect(server.requests()).toBe(1)
  expect(warn.mock.calls).toEqual([['not funded', expect.any(LedgerNotExistsError)]])
  warn.mockRestore()
})

/** A provider that answers while more than its reserve is available, and rejects a request otherwise. */
async function providerOf({ broker }: Simulation, rejection: string) {
  const error = `validate request: ${rejection}`
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    void broker.position().then(({ subAccounts: [account] }) => {
      const isEnough = (account?.available ?? 0n) >= 1_001_362n * 10n ** 12n
      response.writeHead(isEnough ? 200 : 400).end(JSON.stringify(isEnough ? { answer: 'Hello' } : { error }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    error,
    requests: () => requests,
    send: () => fetch(`http://127.0.0.1:${port}/`),
    [Symbol.asyncDispose]() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
