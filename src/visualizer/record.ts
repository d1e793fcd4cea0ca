import type { Broker } from '../index.ts'
import { createEntryLog } from './entry-log.ts'
import { networkOf } from './network.ts'
import { PROTOCOL, type RecordingLine } from './protocol.ts'

export type RecordOptions = {
  /** Takes one line after the other, each with its end. */
  write: (line: string) => void
  /** Plans say what would be done if auto-funding were on. */
  dryRun?: boolean
}

/** Notes everything that happens to a broker, as lines of a recording that the page can load, until it is disposed. */
export function recordEntries(broker: Broker, { write, dryRun = false }: RecordOptions): Disposable {
  const writeLine = (line: RecordingLine): void => write(`${JSON.stringify(line)}\n`)
  const chronicle = createEntryLog(broker, { dryRun, onEntry: (entry) => writeLine({ type: 'entry', ...entry }) })
  const { wallet } = broker
  writeLine({ type: 'base', protocol: PROTOCOL, wallet, network: networkOf(broker), state: chronicle.base })
  return { [Symbol.dispose]: () => chronicle.close() }
}
