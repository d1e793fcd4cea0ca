import { afterEach, expect, test, vi } from 'vitest'
import { loadAhead, partOf, roomOf } from '../../../src/base/room.ts'

afterEach(() => vi.unstubAllGlobals())

test('a room is loaded once, at its first use', async () => {
  let loads = 0
  const room = roomOf(async () => ({ number: (loads += 1) }))
  expect([room.now, loads]).toEqual([null, 0])
  const first = room.load()
  expect(room.now).toBeNull()
  expect(await Promise.all([first, room.load()])).toEqual([{ number: 1 }, { number: 1 }])
  expect([room.now, await room.load()]).toEqual([{ number: 1 }, { number: 1 }])
})

test('a room that could not be loaded is loaded by the next use', async () => {
  const answers = [Promise.reject(new Error('the network is gone')), Promise.resolve('the module')]
  const room = roomOf(() => answers.shift() ?? Promise.resolve('once too often'))
  const error: unknown = await room.load().catch((error: unknown) => error)
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ChunkLoadError',
    code: 'OG_LEDGER_CHUNK_LOAD',
    message: 'A part of og-ledger could not be loaded.',
    facts: {
      reason: 'the network is gone',
      do: 'try again with a network; where the page was deployed anew, reload it',
    },
    retryable: true,
    docs: 'docs/errors.md#chunkloaderror',
    cause: { name: 'Error', message: 'the network is gone' },
  })
  expect(room.now).toBeNull()
  expect(await room.load()).toBe('the module')
  expect(room.now).toBe('the module')
})

test('a program loads all rooms before it needs them, a page none', async () => {
  const rooms = { one: roomOf(async () => 1), two: roomOf(async () => 2) }
  vi.stubGlobal('document', {})
  await loadAhead(rooms)
  expect([rooms.one.now, rooms.two.now]).toEqual([null, null])
  vi.unstubAllGlobals()
  await loadAhead(rooms)
  expect([rooms.one.now, rooms.two.now]).toEqual([1, 2])
})

test('a part is made once, by the first use after its room is loaded', async () => {
  let loads = 0
  const room = roomOf(async () => 'the module')
  const part = partOf(room, (module) => ({ module, number: (loads += 1) }))
  expect([part.now, part.made]).toEqual([null, null])
  await room.load()
  expect(part.made).toBeNull()
  expect(part.now).toEqual({ module: 'the module', number: 1 })
  expect([await part.load(), part.made]).toEqual([
    { module: 'the module', number: 1 },
    { module: 'the module', number: 1 },
  ])
})
