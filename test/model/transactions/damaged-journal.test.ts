import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { silent } from '../../../src/base/logger.ts'
import type { Journal } from '../../../src/index.ts'
import { decodeJournal, encodeJournal } from '../../../src/transactions/journal-text.ts'
import { encodeRecord } from '../../../src/transactions/record-codec.ts'
import { bentWorld } from '../../support/bent-world.ts'

const linesOf = (text: string): string[] => text.trimEnd().split('\n')
const textOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`
const lastOf = (text: string): string => linesOf(text).at(-1) ?? ''

/** What happens to the journal of a top-up on its way, and what a call for it then ends with; `paid` would be a second payment. */
const damages: Record<string, [(text: string) => string, 'there' | 'JournalError' | 'UnknownPendingError']> = {
  nothing: [(text) => text, 'there'],
  'line ends of Windows': [(text) => text.replaceAll('\n', '\r\n'), 'JournalError'],
  'a byte order mark': [(text) => `\uFEFF${text}`, 'JournalError'],
  'zeros behind the last record, as after a loss of power': [(text) => text + '\0'.repeat(4_096), 'there'],
  'zeros with a line end': [(text) => `${text}${'\0'.repeat(100)}\n`, 'JournalError'],
  'the last record twice': [(text) => textOf([text.trimEnd(), lastOf(text)]), 'there'],
  'every record twice': [(text) => textOf([text.trimEnd(), ...linesOf(text).slice(1)]), 'there'],
  'the whole file twice': [(text) => text + text, 'JournalError'],
  'records in reverse': [
    (text) => textOf([...linesOf(text).slice(0, 1), ...linesOf(text).slice(1).toReversed()]),
    'there',
  ],
  'no first character in the last line': [
    (text) => textOf([...linesOf(text).slice(0, -1), lastOf(text).slice(1)]),
    'JournalError',
  ],
  'a blank line': [(text) => textOf(linesOf(text).toSpliced(2, 0, '')), 'JournalError'],
  'no last record': [(text) => textOf(linesOf(text).slice(0, -1)), 'UnknownPendingError'],
  'no last two records': [(text) => textOf(linesOf(text).slice(0, -2)), 'UnknownPendingError'],
  'no record before the last': [(text) => textOf(linesOf(text).toSpliced(-2, 1)), 'there'],
  'no record': [(text) => textOf(linesOf(text).slice(0, 1)), 'UnknownPendingError'],
  'nothing in it': [() => '', 'UnknownPendingError'],
}

/** A journal whose text a test damages. */
function textJournal(disk: { text: string }): Journal {
  return {
    async load() {
      const text = await Promise.resolve(disk.text)
      const records = decodeJournal(text, { genesis: undefined, journal: 'the journal', logger: silent }) ?? []
      disk.text = encodeJournal(records, undefined)
      return records
    },
    append: (record) => Promise.resolve(void (disk.text += encodeRecord(record))),
    close: () => Promise.resolve(),
  }
}

test.each(Object.keys(damages))('a top-up on its way is paid once, whose journal has then %s', async (name) => {
  const [damage, end] = damages[name] ?? [(text: string) => text, 'there']
  const disk = { text: '' }
  await using world = bentWorld()
  const first = await world.open({ journal: textJournal(disk) })
  await world.until(first.ledger.addLedger('10'))
  world.chain.setAutomine(false)
  first.inference.ensureFunded(world.provider, '2').catch(() => undefined)
  await world.advance(0)
  await first.close()
  disk.text = damage(disk.text)
  const next = await world.open({ journal: textJournal(disk) })
  const call = next.inference.ensureFunded(world.provider, '2').then(
    (receipt) => (receipt ? 'paid' : 'there'),
    (error: Error) => error.name,
  )
  await world.advance(0)
  expect(await world.until(call)).toBe(end)
  await world.advance(120)
  expect(world.position()).toMatchObject({ ledger: { available: og('8') }, subAccounts: [{ available: og('2') }] })
})
