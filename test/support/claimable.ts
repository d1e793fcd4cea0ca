import type { Connected } from '../../src/chain/connect.ts'
import type { Call } from '../../src/chain/port.ts'
import { memoryJournal, SigningError, type JournalRecord } from '../../src/index.ts'
import { bentWorld } from './bent-world.ts'

export type Port = NonNullable<Connected['transactions']>

/** A sub-account with 2 free and 2 claimable, on a port whose behaviour the test bends. */
export async function claimable(
  bend: (port: Port) => Partial<Port>,
  append?: (record: JournalRecord) => Promise<void> | null,
  read: (connected: Connected) => Connected['readPosition'] = ({ readPosition }) => readPosition,
) {
  const world = bentWorld({ inference: 2 })
  const [provider, other] = world.chain.providers.map(({ address }) => address) as [string, string]
  const records = memoryJournal()
  const opening = {
    journal: { ...records, append: (record: JournalRecord) => append?.(record) ?? records.append(record) },
    bend(connected: Connected): Connected {
      const { transactions: port } = connected
      return { ...connected, readPosition: read(connected), transactions: port && { ...port, ...bend(port) } }
    },
  }
  const broker = await world.open(opening)
  await world.until(broker.ledger.addLedger('10'))
  await world.until(broker.ledger.transferFund(provider, 'inference', '4'))
  await world.until(broker.ledger.retrieveFundFromProvider(provider, 'inference'))
  await world.advance(3_700)
  // Takes as much from the refund: 2 are left of it, and unlocked.
  await world.until(broker.ledger.transferFund(provider, 'inference', '2'))
  return { world, broker, provider, other, ...opening }
}

export const isPutBack = ({ method }: Call) => method === 'transferFund'

/** A signer that fails for put-backs while the test says so. */
export const awaySigner = (isAway: () => boolean) => (port: Port) => ({
  sign: (call: Call, how: Parameters<Port['send']>[1]) =>
    isAway() && isPutBack(call)
      ? Promise.reject(new SigningError({ operation: 'transferFund', reason: 'no answer' }))
      : (port.sign?.(call, how) ?? Promise.reject(new Error('It signs.'))),
})
