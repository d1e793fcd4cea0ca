import { JsonRpcProvider } from 'ethers'
import { expect, test, vi } from 'vitest'
import { memoryJournal } from '../../src/transactions/memory-journal.ts'
import { until } from '../support/until.ts'

test('a signal ends an opening whose engine is not loaded, and its journal is closed', async () => {
  // Another file of tests may have loaded it.
  vi.resetModules()
  const { createBroker } = await import('../../src/create-broker.ts')
  const provider = new JsonRpcProvider('http://127.0.0.1:9', 31337, { staticNetwork: true })
  const [journal, abort] = [memoryJournal(), new AbortController()]
  const close = vi.spyOn(journal, 'close')
  const address = '0x000000000000000000000000000000000000dEaD'
  const opening = createBroker({ provider, address, journal, signal: abort.signal })
  abort.abort()
  await expect(opening).rejects.toMatchObject({ name: 'AbortedError' })
  await until(() => close.mock.calls.length === 1)
  provider.destroy()
  // The opening that goes on loads its parts ahead: they have come before this file ends.
  const { loadAll } = await import('../../src/base/room.ts')
  const all = [await import('../../src/chain/rooms.ts'), await import('../../src/engine/rooms.ts')]
  await Promise.all(all.map(({ rooms }) => loadAll(rooms)))
})
