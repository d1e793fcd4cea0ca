import { LockedError, memoryJournal, type Journal, type JournalRecord } from '../../src/index.ts'

/** A journal whose process is lost at some moment: from then on nothing it does goes on. */
export type DyingJournal = Journal & {
  readonly records: readonly JournalRecord[]
  /** Resolves with what was being recorded when it happened. */
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

/** A journal that has something happen before a record is kept. */
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

/** A journal that cannot be had until it is let go: the process before this one still has it. */
export function heldJournal(inner: Journal): Journal & { letGo(): void } {
  let isHeld = true
  return {
    load: () => (isHeld ? Promise.reject(new LockedError('Another process has the journal.')) : inner.load()),
    append: (record) => inner.append(record),
    close: () => inner.close(),
    letGo: () => void (isHeld = false),
  }
}
