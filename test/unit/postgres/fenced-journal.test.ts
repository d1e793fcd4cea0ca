import { expect, test } from 'vitest'
import { silent } from '../../../src/base/logger.ts'
import { createContact } from '../../../src/postgres/contact.ts'
import { createFencedJournal, type FencedJournalOptions } from '../../../src/postgres/fenced-journal.ts'
import { StatementError } from '../../../src/postgres/statement-error.ts'
import { outcomeRecords, paymentRecord } from '../../support/payment-records.ts'
import { until } from '../../support/until.ts'

/** A journal whose database says of its one payment what the last statement made of it, and whose statements a test holds up. */
function openJournal() {
  const contact = createContact({ schema: 's', logger: silent, onLoss: () => undefined })
  const seen = { state: 'none', turns: 0, appends: 0 }
  const gates: { append: Promise<void>; turn: () => Promise<void> } = {
    append: Promise.resolve(),
    turn: () => Promise.resolve(),
  }
  const options: FencedJournalOptions = {
    lease: { chainId: 1n, wallet: '0x1', bytes: Buffer.alloc(20), epoch: 1, holder: 'this' },
    contact,
    statements: {
      load: () => Promise.resolve([]),
      async append(_, change) {
        seen.appends += 1
        await gates.append
        if (change) seen.state = change.type === 'begins' ? 'open' : change.into
        return true
      },
      standing: () => Promise.reject(new Error('It is not asked.')),
      compact: () => Promise.resolve(false),
    },
    budget: null,
    async turn({ into }) {
      seen.turns += 1
      await gates.turn()
      seen.state = into
    },
    bind: () => Promise.resolve(null),
    expiresInMs: () => 1_000,
    release: () => Promise.resolve(),
    renew: () => Promise.resolve(true),
    compactAfter: 1_000,
    logger: silent,
  }
  return { journal: createFencedJournal(options), contact, seen, gates }
}

test('what a receipt told in an outage is not written after a newer record of the same payment', async () => {
  const { journal, contact, seen, gates } = openJournal()
  await journal.load()
  await journal.append(paymentRecord('a', 3n))
  contact.lost(new StatementError('unreached', new Error('down')))
  await expect(journal.append(outcomeRecords.unmined('a'))).rejects.toThrow(
    'The database of the journal does not answer.',
  )
  // A backup holds a lock at the first answer.
  gates.turn = () => Promise.reject(new StatementError('refused', Object.assign(new Error('lock'), { code: '55P03' })))
  contact.succeeded()
  await until(() => seen.turns === 1)
  gates.turn = () => Promise.resolve()

  // The transaction is mined again, and while that is recorded another statement of the process is answered.
  let answer = (): void => undefined
  gates.append = new Promise((resolve) => (answer = resolve))
  const mined = journal.append(outcomeRecords.mined('a'))
  await until(() => seen.appends === 2)
  contact.succeeded()
  answer()
  await mined
  await journal.close()
  expect(seen).toEqual({ state: 'paid', turns: 1, appends: 2 })
})
