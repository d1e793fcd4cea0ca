import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { platform } from 'node:os'
import { stateDirectory, type Broker } from '../../index.ts'

/** The kernel's limit for the address of a socket, less a byte for its end. */
const LONGEST = platform() === 'darwin' ? 103 : 107

/** Where the process that keeps a wallet listens: a socket beside its journal. Null where the path is too long for one. */
export function keeperAddress({ network, wallet }: Pick<Broker, 'network' | 'wallet'>): string | null {
  const name = createHash('sha256').update(`${network.chainId} ${wallet.toLowerCase()}`).digest('hex').slice(0, 12)
  const folder = stateDirectory()
  if (platform() === 'win32')
    return `\\\\.\\pipe\\og-ledger-keeper-${createHash('sha256').update(`${folder} ${name}`).digest('hex').slice(0, 32)}`
  const path = join(folder, `keeper-${name}.sock`)
  return Buffer.byteLength(path) <= LONGEST ? path : null
}
