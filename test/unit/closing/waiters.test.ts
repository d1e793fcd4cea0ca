import { EMPTY } from 'rxjs'
import { expect, test } from 'vitest'
import { createClosingWaiters } from '../../../src/closing/waiters.ts'

test('whoever begins to wait once the broker is closed does not wait, nor keep the process alive', async () => {
  await expect(createClosingWaiters(EMPTY).wait({})).rejects.toThrow('The broker was closed before the ledger was.')
})
