import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pid } from 'node:process'
import { LockedError } from '../base/errors.ts'

export type ProcessLock = { release(): Promise<void> }

/**
 * Locks a file against every other process of this machine for as long as this process lives. The lock is a listening
 * socket: the system frees it the moment the process dies, however it dies, and it answers with the holder's pid.
 *
 * @throws LockedError with the holder's pid
 */
export async function lockFile(file: string): Promise<ProcessLock> {
  const address = addressOf(file)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await listen(address)
    if (server) return { release: () => new Promise((resolve) => void server.close(() => resolve())) }
    const holder = await ask(address)
    if (holder !== null) throw locked(file, holder)
    // Where sockets are files, this one is left over from a process that died.
    if (platform() !== 'linux' && platform() !== 'win32') await rm(address, { force: true })
  }
  throw locked(file, 'unknown')
}

function locked(file: string, holder: string): LockedError {
  return new LockedError('Another process sends transactions for this wallet.', {
    process: `pid ${holder}`,
    journal: file,
    do: 'stop it first, or use its broker: two senders would take the same nonces',
  })
}

/** Linux's abstract sockets and Windows' pipes vanish with their process; elsewhere the socket is a file. */
function addressOf(file: string): string {
  const name = `og-ledger-${createHash('sha256').update(file).digest('hex').slice(0, 32)}`
  if (platform() === 'linux') return `\0${name}`
  return platform() === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

/** The listening server; null where another process listens. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.end(String(pid))
    })
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    )
    server.listen({ path: address, exclusive: true }, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** The pid of the process that listens; null where none answers any more. */
function ask(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(address)
    socket.setTimeout(2_000, () => socket.destroy())
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('error', () => resolve(null))
    socket.on('close', () => resolve(answer || 'unknown'))
  })
}
