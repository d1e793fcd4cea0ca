import { afterEach, expect, test, vi } from 'vitest'
import { loadAhead, loadAll, roomOf } from '../../../src/base/room.ts'

afterEach(() => vi.unstubAllGlobals())

/** A browser's page; with Node's process it is a test of one, as under jsdom. */
function inPage(process: unknown = undefined) {
  vi.stubGlobal('document', {})
  vi.stubGlobal('process', process)
}

test('a room is loaded once, at its first use', async () => {
  let loads = 0
  const room = roomOf(async () => ({ number: (loads += 1) }))
  expect([room.now, loads]).toEqual([null, 0])
  const first = room.load()
  expect(room.now).toBeNull()
  expect(await Promise.all([first, room.load()])).toEqual([{ number: 1 }, { number: 1 }])
  expect([room.now, await room.load()]).toEqual([{ number: 1 }, { number: 1 }])
})

test('a room whose file did not come to a page is loaded by the next use', async () => {
  inPage({ env: {} })
  const reason = 'Failed to fetch dynamically imported module: https://app.test/sending-1.js'
  const answers = [Promise.reject(new TypeError(reason)), Promise.resolve('the module')]
  const room = roomOf(() => answers.shift() ?? Promise.resolve('once too often'))
  const error: unknown = await room.load().catch((error: unknown) => error)
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ChunkLoadError',
    code: 'OG_LEDGER_CHUNK_LOAD',
    message: 'A part of og-ledger could not be loaded.',
    facts: { reason, do: 'try again with a network; where the page was deployed anew, reload it' },
    retryable: true,
    docs: 'docs/errors.md#chunkloaderror',
    cause: { name: 'TypeError', message: reason },
  })
  expect(room.now).toBeNull()
  expect(await room.load()).toBe('the module')
  expect(room.now).toBe('the module')
})

test.each([
  ['Firefox', new TypeError('error loading dynamically imported module: https://app.test/a.js')],
  ['Safari', new TypeError('Importing a module script failed.')],
  ['webpack', Object.assign(new Error('Loading of 7 failed.'), { name: 'ChunkLoadError' })],
  ['Turbopack', new Error('Failed to load chunk /_next/static/a.js')],
])('a file that did not come in %s is told as such', async (_, error) => {
  inPage()
  await expect(roomOf(() => Promise.reject(error)).load()).rejects.toMatchObject({
    name: 'ChunkLoadError',
    cause: error,
  })
})

test('an error of the code itself stays as it is, and so does each error outside of pages', async () => {
  const missing = new Error("Cannot find package 'rxjs' imported from /app/node_modules/og-ledger/dist/streams.js")
  const failed = new TypeError('Failed to fetch dynamically imported module: https://app.test/sending-1.js')
  const caught = async (cause: Error): Promise<unknown> => {
    const room = roomOf<never>(() => Promise.reject(cause))
    return room.load().catch((caught: unknown) => caught)
  }
  expect([await caught(missing), await caught(failed)]).toEqual([missing, failed])
  expect(await caught(failed)).toBe(failed)
  inPage()
  expect(await caught(missing)).toBe(missing)
})

test('a program loads all rooms before it needs them, and so does a test in Node that has a document; a page loads none', async () => {
  const roomsOf = () => ({ one: roomOf(async () => 1), two: roomOf(async () => 2) })
  const [inNode, underTest, ofPage] = [roomsOf(), roomsOf(), roomsOf()]
  await loadAhead(inNode)
  inPage(process)
  await loadAhead(underTest)
  inPage()
  await loadAhead(ofPage)
  expect([inNode, underTest, ofPage].map(({ one, two }) => [one.now, two.now])).toEqual([
    [1, 2],
    [1, 2],
    [null, null],
  ])
  await loadAll(ofPage)
  expect([ofPage.one.now, ofPage.two.now]).toEqual([1, 2])
})
