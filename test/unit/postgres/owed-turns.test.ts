import { expect, test } from 'vitest'
import { createSerialQueue } from '../../../src/base/serial.ts'
import { createOwedTurns } from '../../../src/postgres/owed-turns.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('an owed turn whose payment has a newer record by the time of its statement is not written', async () => {
  const inTurn = createSerialQueue()
  const written: string[] = []
  let answer = (): void => undefined
  const owed = createOwedTurns({
    write: (turn, isOwed) => inTurn(async () => void (isOwed() && written.push(`${turn.id} ${turn.into}`))),
    next: () => new Promise<void>((resolve) => (answer = resolve)),
    isOver: () => false,
  })
  owed.see({ type: 'turns', id: 'a', into: 'open' }, { isWritten: false })
  owed.see({ type: 'turns', id: 'b', into: 'paid' }, { isWritten: false })
  // The append of the newer record is under way when the database answers.
  let record = (): void => undefined
  const appended = inTurn(() => new Promise<void>((resolve) => (record = resolve)))
  await settled()
  answer()
  await settled()
  record()
  await appended
  owed.see({ type: 'turns', id: 'a', into: 'paid' }, { isWritten: true })
  await settled()
  expect(written).toEqual(['b paid'])
})
