import { homedir, platform } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'

/** Where programs of this user keep their state (XDG Base Directory, Application Support, Local AppData). */
export function stateDirectory(): string {
  const home = homedir()
  if (platform() === 'darwin') return join(home, 'Library', 'Application Support', 'og-ledger')
  if (platform() === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'og-ledger')
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'og-ledger')
}

/** One journal for each wallet on each chain. */
export function journalPath(chainId: bigint, wallet: string): string {
  return join(stateDirectory(), `${chainId}-${wallet.toLowerCase()}.journal`)
}
