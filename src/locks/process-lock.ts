import { createHash, randomBytes } from 'node:crypto'
import { link, lstat, open, readdir, realpath, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { platform } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pid } from 'node:process'

export type ProcessLock = { release(): Promise<void> }

/** The errors of one lock, in the words of what it protects. */
export type LockErrors = {
  /** @param holder `process` names who has the lock; `isOwn`: this process has it */
  taken: (file: string, holder: { process: string; isOwn: boolean }) => Error
  /** The folder cannot hold the lock. */
  unusable: (folder: string, reason: string, cause?: unknown) => Error
}

/** A holder's answer is read up to this many bytes: a process id has fewer. */
const LONGEST_ANSWER = 16
const ANSWER_TIMEOUT_MS = 2_000
const MOST_ATTEMPTS = 50

/**
 * Locks a file against every other process that sees its folder, for as long as this process lives.
 *
 * The lock is a listening Unix socket in the file's folder, `lock-HASH.GENERATION`. The kernel stops a dead process's
 * sockets from accepting, whatever ended it, so a generation whose socket refuses connections is free. The process that takes
 * the lock links its own socket to the next generation: `link` fails where the name exists, so that one process gets it.
 * Sockets are found by inode: two names of one folder, and two containers on one volume, meet at the same lock.
 *
 * @throws what `errors` makes of a lock that is taken, with the holder's process id, and of a folder that cannot hold a socket
 */
export async function lockFile(file: string, errors: LockErrors): Promise<ProcessLock> {
  if (platform() === 'win32') return lockPipe(file, errors)
  const folder = await openFolder(dirname(file), errors)
  const name = nameOf(file)
  const own = `.${pid}-${randomBytes(4).toString('hex')}.sock`
  try {
    const server = await listen(folder.addressOf(own)).catch((error: unknown) => {
      throw errors.unusable(folder.path, codeOf(error) || String(error), error)
    })
    try {
      const taken = await takeGeneration({ folder, name, own, taken: (holder) => takenError(file, holder, errors) })
      await removeOlder(folder.path, name, taken)
      return { release: () => closeServer(server) }
    } catch (error) {
      await closeServer(server)
      throw error
    }
  } finally {
    await rm(join(folder.path, own), { force: true })
    await folder.close()
  }
}

/** Where a folder's sockets are reached. */
type Folder = { path: string; addressOf(entry: string): string; close(): Promise<void> }

/** Socket addresses hold about a hundred bytes. Linux reaches a longer path through the folder's descriptor. */
const LONGEST_ADDRESS = 100
const LONGEST_ENTRY = 35

/** Short, since a socket's address is. */
function nameOf(file: string): string {
  return `lock-${createHash('sha256').update(basename(file)).digest('hex').slice(0, 12)}.`
}

async function openFolder(given: string, { unusable }: LockErrors): Promise<Folder> {
  const path = await realpath(given)
  if (Buffer.byteLength(path) + LONGEST_ENTRY <= LONGEST_ADDRESS)
    return { path, addressOf: (entry) => join(path, entry), close: () => Promise.resolve() }
  if (platform() !== 'linux') throw unusable(path, 'its path is too long for a socket')
  const handle = await open(path)
  return { path, addressOf: (entry) => `/proc/self/fd/${handle.fd}/${entry}`, close: () => handle.close() }
}

type Taking = { folder: Folder; name: string; own: string; taken: (holder: string) => Error }

/** Links the own socket to the first free generation. */
async function takeGeneration({ folder, name, own, taken }: Taking): Promise<number> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const newest = await newestIn(folder.path, name)
    const holder = newest === 0 ? null : await holderOf(folder, `${name}${newest}`)
    if (holder !== null) throw taken(holder)
    const next = newest + 1
    const path = join(folder.path, `${name}${next}`)
    if (!(await isLinked(join(folder.path, own), path))) continue
    // A listing that another process changed meanwhile may have missed a newer generation.
    if ((await newestIn(folder.path, name)) === next) return next
    await rm(path, { force: true })
  }
  throw taken('unknown')
}

async function newestIn(folder: string, name: string): Promise<number> {
  const generations = (await readdir(folder)).flatMap((entry) => generationIn(entry, name) ?? [])
  return Math.max(0, ...generations)
}

function generationIn(entry: string, name: string): number | null {
  const digits = entry.startsWith(name) ? entry.slice(name.length) : ''
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : null
}

async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** The newest generation stays, also once it is free: the next process counts on from it. */
async function removeOlder(folder: string, name: string, taken: number): Promise<void> {
  for (const entry of await readdir(folder)) {
    const generation = generationIn(entry, name)
    if (generation === null || generation >= taken) continue
    const path = join(folder, entry)
    // What only has the name of a lock is not ours to remove.
    if ((await lstat(path).catch(() => null))?.isSocket()) await rm(path, { force: true })
  }
}

/** The process id that the holder answers with, `unknown` for any other answer; null where no process listens. */
async function holderOf(folder: Folder, entry: string): Promise<string | null> {
  const there = await stat(join(folder.path, entry)).catch(() => null)
  if (!there) return null
  return there.isSocket() ? ask(folder.addressOf(entry)) : 'unknown'
}

/** What a holder says is shown to people: digits only, and few of them. */
function ask(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(address)
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy())
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (answer.length > LONGEST_ANSWER) socket.destroy()
    })
    // A full queue, or a lack of rights, is no proof that the holder is gone.
    socket.on('error', (error) => resolve(['ECONNREFUSED', 'ENOENT'].includes(codeOf(error)) ? null : 'unknown'))
    socket.on('close', () => resolve(/^\d{1,10}$/.test(answer) ? answer : 'unknown'))
  })
}

/** Windows frees a pipe with its process; the name is taken from the file's real path. */
async function lockPipe(file: string, errors: LockErrors): Promise<ProcessLock> {
  const path = join(await realpath(dirname(file)), basename(file)).toLowerCase()
  const address = `\\\\.\\pipe\\og-ledger-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  try {
    const server = await listen(address)
    return { release: () => closeServer(server) }
  } catch (error) {
    if (!['EADDRINUSE', 'EACCES'].includes(codeOf(error))) throw error
    throw takenError(file, (await ask(address)) ?? 'unknown', errors)
  }
}

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.end(String(pid))
    })
    server.once('error', reject)
    server.listen({ path: address, exclusive: true }, () => {
      server.unref()
      server.on('error', () => undefined)
      resolve(server)
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()))
}

function takenError(file: string, holder: string, { taken }: LockErrors): Error {
  const isOwn = holder === String(pid)
  return taken(file, { process: isOwn ? `pid ${holder}, this one` : `pid ${holder}`, isOwn })
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
