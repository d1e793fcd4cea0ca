import { LockedError, memoryJournal, type Journal, type JournalRecord } from '../../src/index.ts'

/** A journal whose process is lost at some moment: no append resolves after it. */
export type DyingJournal = Journal & {
  readonly records: readonly JournalRecord[]
  /** Resolves with the record that was being kept at that moment. */
  readonly died: Promise<string>
}

/** @param moment 0 is before the first record is kept, 1 after it, 2 before the second, and so on */
export function dyingJournal(moment: number): DyingJournal {
  const inner = memoryJournal()
  let passed = 0
  let die: (where: string) => void
  const died = new Promise<string>((resolve) => (die = resolve))
  return {
    ...inner,
    died,
    async append(record) {
      if (passed++ === moment) await lost(`before ${record.type}`)
      await inner.append(record)
      if (passed++ === moment) await lost(`after ${record.type}`)
    },
  }

  function lost(where: string): Promise<never> {
    die(where)
    return new Promise(() => undefined)
  }
}

/** A journal that calls a hook before it keeps a record. */
export function hookedJournal(before: (record: JournalRecord) => Promise<unknown> | undefined): Journal {
  const inner = memoryJournal()
  return {
    ...inner,
    async append(record) {
      await before(record)
      await inner.append(record)
    },
  }
}

/** A journal that another process has until `letGo`. */
export function heldJournal(inner: Journal): Journal & { letGo(): void } {
  let isHeld = true
  return {
    load: () => (isHeld ? Promise.reject(new LockedError('Another process has the journal.')) : inner.load()),
    append: (record) => inner.append(record),
    close: () => inner.close(),
    letGo: () => void (isHeld = false),
  }
}
