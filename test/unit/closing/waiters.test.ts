import { EMPTY } from 'rxjs'
import { expect, test } from 'vitest'
import { createClosingWaiters } from '../../../src/closing/waiters.ts'

test('a caller that begins to wait after the broker closed is rejected at once, and does not keep the process alive', async () => {
  await expect(createClosingWaiters(EMPTY).wait({})).rejects.toThrow('The broker was closed before the ledger was.')
})
