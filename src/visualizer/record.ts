import { anything, checkOptions, isFunction, type Fields } from '../base/check-options.ts'
import type { Broker, DryRun } from '../index.ts'
import { createEntryLog } from './entry-log.ts'
import { networkOf } from './network.ts'
import { PROTOCOL, type RecordingLine } from './protocol.ts'

export type RecordOptions = {
  /** Called with each line, including its line end. */
  write: (line: string) => void
  /** Plans show what would be done if auto-funding were on; with `autoDeposit`, if that were on with this config, too. */
  dryRun?: boolean | DryRun
}

const fields: Fields<RecordOptions> = { write: isFunction, dryRun: anything }

/**
 * Records the events of a broker, as lines that the page can load, until it is disposed.
 *
 * @example
 * using _ = recordEntries(broker, { write: (line) => appendFileSync('history.jsonl', line) })
 */
export function recordEntries(broker: Broker, options: RecordOptions): Disposable {
  checkOptions('recordEntries', options, fields)
  const { write, dryRun = false } = options
  const writeLine = (line: RecordingLine): void => write(`${JSON.stringify(line)}\n`)
  const log = createEntryLog(broker, { dryRun, onEntry: (entry) => writeLine({ type: 'entry', ...entry }) })
  const { wallet } = broker
  writeLine({ type: 'base', protocol: PROTOCOL, wallet, network: networkOf(broker), state: log.base })
  return { [Symbol.dispose]: () => log.close() }
}
