import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBroker } from '../../../src/broker.ts'
import { fileJournal } from '../../../src/transactions/file-journal.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { bentWorld } from '../../support/bent-world.ts'

/** Journals of one place, as a file's: which of them hold its lock, and when each gives it back. */
function lockedPlace(place: string) {
  const held = new Set<string>()
  const closed: string[] = []
  const journal = (name: string, until: Promise<void> = Promise.resolve()) => {
    const inner = memoryJournal()
    return {
      ...inner,
      place,
      load: () => (held.add(name), inner.load()),
      async close() {
        closed.push(name)
        if (held.has(name)) await until
        held.delete(name)
      },
    }
  }
  return { journal, held: () => [...held], closed }
}

test('an aborted opening leaves the journal to the open broker that has it, and its lock held', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'og-ledger-'))
  await using world = bentWorld({ inference: 1 })
  const path = join(folder, 'wallet.journal')
  const journal = fileJournal(path)
  const first = await world.open({ journal })
  const abort = new AbortController()
  const second = openBroker(new Promise(() => undefined), { journal, signal: abort.signal })
  abort.abort()
  await expect(second).rejects.toMatchObject({ name: 'AbortedError' })
  await expect(fileJournal(path).load()).rejects.toMatchObject({ name: 'LockedError' })
  await first.close()
  const next = fileJournal(path)
  expect(await next.load()).toEqual([])
  await next.close()
  await rm(folder, { recursive: true })
})

test('an opening that fails leaves the journal to its caller, who may try again, and an aborted one closes it', async () => {
  await using world = bentWorld({ inference: 1 })
  const place = lockedPlace('refused')
  const shared = place.journal('shared')
  const first = await world.open({ journal: shared })
  const refused = { name: 'InvalidInputError' }
  await expect(world.open({ journal: shared, maxFeePerGas: 5n })).rejects.toMatchObject(refused)
  await expect(world.open({ journal: place.journal('other'), maxFeePerGas: 5n })).rejects.toMatchObject(refused)
  await expect(openBroker(Promise.reject(new Error('no node')), { journal: place.journal('unread') })).rejects.toThrow(
    'no node',
  )
  expect([place.closed, place.held()]).toEqual([[], ['shared']])
  const abort = new AbortController()
  const late = openBroker(new Promise(() => undefined), { journal: place.journal('late'), signal: abort.signal })
  abort.abort()
  await expect(late).rejects.toMatchObject({ name: 'AbortedError' })
  expect([place.closed, place.held()]).toEqual([['late'], ['shared']])
  await first.close()
  expect(place.held()).toEqual([])
})

test('a broker that is closed while it waits for the journal of the last one never opens it', async () => {
  await using world = bentWorld({ inference: 1 })
  const { journal, held, closed } = lockedPlace('closing')
  let free = (): void => undefined
  const first = await world.open({ journal: journal('first', new Promise((resolve) => (free = resolve))) })
  const closing = first.close()
  const abort = new AbortController()
  const second = world.open({ journal: journal('second'), signal: abort.signal })
  const refused = second.catch((error: unknown) => error)
  await world.advance(1)
  abort.abort()
  await world.advance(1)
  // It closes at once; the place is free only once the first one has closed, too.
  const third = world.open({ journal: journal('third') })
  await world.advance(1)
  expect([held(), closed.includes('second')]).toEqual([['first'], true])
  free()
  await closing
  expect(await refused).toMatchObject({ name: 'AbortedError' })
  const last = await third
  expect(held()).toEqual(['third'])
  await last.close()
  expect(held()).toEqual([])
})

test('an opening is aborted while its journal does not answer', async () => {
  await using world = bentWorld({ inference: 1 })
  let isClosed = false
  const journal = {
    ...memoryJournal(),
    load: () => new Promise<never>(() => undefined),
    close: () => Promise.resolve(void (isClosed = true)),
  }
  const abort = new AbortController()
  const opening = world.open({ journal, signal: abort.signal }).catch((error: unknown) => error)
  await world.advance(1)
  abort.abort()
  expect(await world.until(opening)).toMatchObject({ name: 'AbortedError' })
  expect(isClosed).toBe(true)
})
