import { afterEach, expect, test, vi } from 'vitest'
import { loadAhead, roomOf } from '../../../src/base/room.ts'

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
  await expect(room.load()).rejects.toThrow('the network is gone')
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
