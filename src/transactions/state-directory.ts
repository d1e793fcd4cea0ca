import { homedir, platform } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { env } from 'node:process'
import { JournalError } from '../base/errors.ts'
import { placeError } from './journal-place.ts'

/**
 * Where programs of this user keep their state (XDG Base Directory; Application Support; Local AppData).
 *
 * @throws JournalError for a user without a home, and for a folder that depends on where the process is started
 */
export function stateDirectory(): string {
  if (platform() === 'darwin') return join(home(), 'Library', 'Application Support', 'og-ledger')
  if (platform() === 'win32') return join(env['LOCALAPPDATA'] ?? join(home(), 'AppData', 'Local'), 'og-ledger')
  const state = env['XDG_STATE_HOME']
  if (!state) return join(home(), '.local', 'state', 'og-ledger')
  if (isAbsolute(state)) return join(state, 'og-ledger')
  throw new JournalError('XDG_STATE_HOME is no absolute path.', {
    value: JSON.stringify(state),
    do: 'set it to an absolute one: each folder that a process is started in would have a journal of its own',
  })
}

/** One journal for each wallet on each chain. */
export function journalPath(chainId: bigint, wallet: string): string {
  return join(stateDirectory(), `${chainId}-${wallet.toLowerCase()}.journal`)
}

function home(): string {
  const sentence = 'This user has no home for the journal of transactions in flight.'
  try {
    const found = homedir()
    if (isAbsolute(found)) return found
  } catch (error) {
    throw placeError(sentence, {}, error)
  }
  throw placeError(sentence, {}, 'HOME is no absolute path')
}
