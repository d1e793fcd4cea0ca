import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { createAlertBook, type AlertBook } from '../../../src/alerts/alert-book.ts'
import type { Delivery, Receiver } from '../../../src/alerts/alert.types.ts'
import { DeliveryError } from '../../../src/alerts/delivery-error.ts'
import { createDispatcher } from '../../../src/alerts/dispatcher.ts'
import { encodeRecords } from '../../../src/alerts/stored-records.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const START = 1_000_000

describe('a dispatcher', () => {
  test('records that a delivery begins before it is sent, and that it was taken after it', async () => {
    const world = open(() => Promise.resolve())
    world.dispatcher.wake()
    await world.time.settled()
    expect(world.events).toEqual(['saved unsure', 'sent', 'saved sure'])
    world.dispatcher.wake()
    await world.time.passTo(START + 60_000)
    expect(world.sent).toHaveLength(1)
  })

  test('tries a delivery that failed again, with the same id and growing waits', async () => {
    const world = open(() => Promise.reject(new DeliveryError('no', {})))
    await world.wakeEachSecondFor(130)
    expect(world.sent.map(({ at }) => (at - START) / 1_000)).toEqual([0, 1, 3, 7, 15, 31, 63, 127])
    expect(new Set(world.sent.map(({ id }) => id)).size).toBe(1)
    expect(world.logged.at(-1)).toEqual({
      receiver: 'Slack',
      alerts: 1,
      failures: 8,
      retryInMs: 128_000,
      reason: 'no',
    })
    expect(world.due()).toBe(1)
  })

  test('waits as long as the receiver asks for, but no longer than an hour', async () => {
    const world = open(() => Promise.reject(new DeliveryError('busy', {}, { retryAfterMs: 10 * 3_600_000 })))
    await world.wakeEachSecondFor(3_601)
    expect(world.sent.map(({ at }) => (at - START) / 1_000)).toEqual([0, 3_600])
  })

  test('gives up on an answer after ten seconds, and never waits for it in wake()', async () => {
    const world = open(() => new Promise(() => undefined))
    world.dispatcher.wake()
    await world.time.passTo(START + 9_999)
    expect(world.logged).toEqual([])
    await world.time.passTo(START + 10_000)
    expect(world.logged).toMatchObject([{ reason: expect.stringContaining('no answer within 10000 ms') as unknown }])
  })

  test("shows nothing of an error that an app's own receiver throws: it may hold a URL", async () => {
    const world = open(() => Promise.reject(new Error('POST https://hooks.example/secret')))
    world.dispatcher.wake()
    await world.time.settled()
    expect(JSON.stringify(world.logged)).not.toContain('secret')
    expect(world.logged).toMatchObject([{ reason: 'its send() rejected' }])
  })

  test('listens to the end of no delivery that is over, also of one whose receiver threw', async () => {
    const signals: AbortSignal[] = []
    const world = open(({ signal }) => {
      signals.push(signal)
      if (signals.length === 1) throw new Error('no such host')
      return Promise.resolve()
    })
    await world.wakeEachSecondFor(2)
    expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([0, 0])
    expect(world.logged).toMatchObject([{ reason: 'its send() rejected' }])
  })

  test('sends nothing where it is closed while a delivery is being recorded', async () => {
    let record = (): void => undefined
    const world = open(
      () => new Promise(() => undefined),
      () => new Promise((resolve) => (record = resolve)),
    )
    world.dispatcher.wake()
    const closed = world.dispatcher.close(3_000)
    await world.time.passTo(START + 3_000)
    record()
    await world.time.settled()
    record()
    await closed
    expect([world.sent.length, world.due()]).toEqual([0, 1])
  })

  test('that is closed aborts a delivery under way, and sends nothing more', async () => {
    const world = open(() => new Promise(() => undefined))
    world.dispatcher.wake()
    await world.time.settled()
    const closed = world.dispatcher.close(3_000)
    await world.time.passTo(START + 3_000)
    await closed
    world.dispatcher.wake()
    await world.time.passTo(START + 60_000)
    expect([world.sent.length, world.due()]).toEqual([1, 1])
  })
})

function open(send: (options: { signal: AbortSignal }) => Promise<void>, recorded = () => Promise.resolve()) {
  const time = createSimulatedTime({ startMs: START, onPass: () => undefined })
  const book: AlertBook = createAlertBook({ repeatMs: 14_400_000, unsureMs: 900_000, goneMs: 60_000 })
  const labels = { alertname: 'gas-low' as const, network: 'testnet', wallet: '0xA' }
  const texts = { summary: 'a', outlook: 'b', action: 'c', resolution: 'd' }
  const found = [{ fingerprint: 'gas-low-1', labels, severity: 'warning' as const, ...texts }]
  book.update('0xA', [{ alertname: 'gas-low', forMs: 0, found }], START)
  const sent: Delivery[] = []
  const events: string[] = []
  const logged: object[] = []
  const receiver: Receiver = {
    name: 'Slack',
    id: 'slack',
    send(delivery, options) {
      events.push('sent')
      sent.push(delivery)
      return send(options)
    },
  }
  const nothing = () => undefined
  const logger = { debug: nothing, info: nothing, error: nothing, warn: (details: object) => void logged.push(details) }
  const save = () => {
    events.push(encodeRecords(book.records()).includes('"isSure": true') ? 'saved sure' : 'saved unsure')
    return recorded()
  }
  const dispatcher = createDispatcher(receiver, { book, save, clock: time.clock, logger })
  return {
    time,
    dispatcher,
    sent,
    events,
    logged,
    due: () => book.due('slack', time.clock.now()).length,
    async wakeEachSecondFor(seconds: number) {
      for (let second = 0; second <= seconds; second += 1) {
        dispatcher.wake()
        await time.passTo(START + (second + 1) * 1_000)
      }
    },
  }
}
