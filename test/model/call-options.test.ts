import { expect, test } from 'vitest'
import type { Broker } from '../../src/index.ts'
import { bentWorld } from '../support/bent-world.ts'

type Case = [string, (broker: Broker, provider: string) => Promise<unknown>, string]

test.for<Case>([
  [
    'ensureFunded, a misspelt limit',
    (broker, provider) => broker.inference.ensureFunded(provider, '2', { maxAmount: '2' } as never),
    'ensureFunded has no option maxAmount.',
  ],
  [
    'ensureFunded, an unknown way',
    (broker, provider) => broker.inference.ensureFunded(provider, '2', { onPendingRefund: 'use' } as never),
    'onPendingRefund is "hold" or "reuse".',
  ],
  [
    'ensureFunded, a signal in place of the options',
    (broker, provider) => broker.inference.ensureFunded(provider, '2', AbortSignal.timeout(9) as never),
    'The options of ensureFunded are an object of options, not an AbortSignal.',
  ],
  [
    'ensureFunded, a time that is none',
    (broker, provider) => broker.inference.ensureFunded(provider, '2', { timeoutMs: NaN }),
    'timeoutMs is milliseconds from 0 up, or a duration such as "90s".',
  ],
  [
    'closeLedger, a misspelt listener',
    (broker) => broker.ledger.closeLedger({ onprogress: () => undefined } as never),
    'closeLedger has no option onprogress.',
  ],
  [
    'closeLedger, a controller in place of its signal',
    (broker) => broker.ledger.closeLedger({ signal: new AbortController() as never }),
    'signal is an AbortSignal.',
  ],
  [
    'cancelClosing, an unknown option',
    (broker) => broker.ledger.cancelClosing({ force: true } as never),
    'cancelClosing has no option force.',
  ],
])('a call with an option that cannot be is refused, and nothing is sent: %s', async ([, call, sentence]) => {
  await using world = bentWorld()
  const broker = await world.open()
  await world.until(broker.ledger.addLedger('10'))
  const sent = broker.transactions().length
  const error = await call(broker, world.provider).then(
    () => expect.fail('It was taken.'),
    (error: unknown) => error as Error,
  )
  expect(error.name).toBe('InvalidInputError')
  expect(error.message.split('\n')[0]).toBe(sentence)
  await world.advance(60)
  expect(broker.transactions()).toHaveLength(sent)
  expect(broker.ledger.isClosing).toBe(false)
})
