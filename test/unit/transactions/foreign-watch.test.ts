import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { createForeignWatch as createEventWatch } from '../../../src/events/foreign-watch.ts'
import { createForeignWatch } from '../../../src/transactions/foreign-watch.ts'

const SENT = 5_000

function watched() {
  return createForeignWatch({
    ownNonces: () => ({ open: new Set(), mined: new Set() }),
    blockTimeMs: () => 1_000,
    onQuiet: () => undefined,
    clock: systemClock,
  })
}

test('however many transactions another program sends, each counts once, and the newest thousand are remembered', () => {
  const watch = watched()
  for (let nonce = 0; nonce < SENT; nonce += 1) {
    // Its spender is looked at again while its block may be replaced.
    watch.report(nonce)
    watch.report(nonce)
  }
  expect([watch.seen(), watch.nonces().length, watch.nonces()[0]]).toEqual([SENT, 1_000, SENT - 1_000])
})

test('each foreign transaction that the lane remembers is told once, however many came before', () => {
  const watch = watched()
  const told: number[] = []
  const { look } = createEventWatch({
    foreignNonces: () => watch.nonces(),
    emit: (event) => void (event.type === 'foreign-transaction.seen' && told.push(event.nonce)),
  })
  for (let nonce = 0; nonce < SENT; nonce += 1) {
    watch.report(nonce)
    if (nonce % 500 === 499) look()
  }
  look()
  expect([told.length, new Set(told).size]).toEqual([SENT, SENT])
})
