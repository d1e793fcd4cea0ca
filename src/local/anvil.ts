import { spawn, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { OgLedgerError } from '../base/errors.ts'
import { endWithProcess } from './children.ts'
import { locate } from './packages.ts'

export type AnvilOptions = {
  /** Seconds between blocks; without it every transaction gets its own block at once. */
  blockTime?: number
  /** How many accounts of the test mnemonic own money: see testWallet(). */
  accounts?: number
  /** What each of them owns, in whole OG. */
  balance?: number
  chainId?: number
  /** A free one by default. */
  port?: number
  /** More arguments for anvil. */
  args?: readonly string[]
}

/** A running anvil. */
export type Anvil = {
  url: string
  port: number
  pid: number
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<void>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a local chain. It ends with this process at the latest, and does not keep this process alive.
 *
 * @throws OgLedgerError when anvil is not installed, or does not come up
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const child = spawn(binary(), commandLine(options), {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // Ctrl-C in a terminal goes to the whole group; when the chain ends is for its user to say.
    detached: true,
  })
  endWithProcess(child)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.ref()
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), 2_000)
    await exited
    clearTimeout(impatience)
  }
  try {
    const port = await listening(child)
    const url = `http://127.0.0.1:${port}`
    await answering(url)
    if (child.pid === undefined || child.exitCode !== null)
      throw new OgLedgerError('anvil ended while it was starting.')
    release(child)
    return { url, port, pid: child.pid, exited, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

function commandLine(options: AnvilOptions): string[] {
  const { blockTime, accounts = 10, balance = 100_000, chainId = 31337, port = 0, args = [] } = options
  const rhythm = blockTime === undefined ? [] : ['--block-time', String(blockTime)]
  const genesis = ['--accounts', accounts, '--balance', balance, '--chain-id', chainId].map(String)
  return ['--host', '127.0.0.1', '--port', String(port), ...genesis, ...rhythm, ...args]
}

/** The npm package is a launcher in JavaScript; the binary that it would start lies in a package per platform. */
function binary(): string {
  const name = `@foundry-rs/anvil-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}/package.json`
  const launcher = locate('@foundry-rs/anvil/package.json')
  return join(dirname(locate(name, [launcher])), 'bin', platform() === 'win32' ? 'anvil.exe' : 'anvil')
}

/**
 * The port, from anvil's own mouth: it chooses a free one and names it once it is bound to it, so neither a race for the
 * port nor another process that answers on it can be mistaken for this child.
 */
function listening(child: ChildProcess): Promise<number> {
  const overdue = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const bound = new Promise<number>((resolve, reject) => {
    let said = ''
    const listen = (text: string) => {
      said += text
      const port = /Listening on \S+:(\d+)/.exec(said)?.[1]
      if (port) resolve(Number(port))
    }
    child.stdout?.setEncoding('utf8').on('data', listen)
    child.stderr?.setEncoding('utf8').on('data', listen)
    child.once('error', (cause) => reject(new OgLedgerError('anvil could not be run.', {}, { cause })))
    child.once('close', () =>
      reject(new OgLedgerError('anvil did not start.', { said: said.trim().split('\n').at(-1) })),
    )
  })
  return bound.finally(() => clearTimeout(overdue))
}

/** Asks for an answer, and for silence: a line per request would only fill a pipe. */
async function answering(url: string): Promise<void> {
  const calls = [
    { jsonrpc: '2.0', id: 0, method: 'eth_chainId', params: [] },
    { jsonrpc: '2.0', id: 1, method: 'anvil_setLoggingEnabled', params: [false] },
  ]
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(calls) })
  const [chainId] = (await response.json()) as { result?: string }[]
  if (!chainId?.result) throw new OgLedgerError('anvil does not answer.', { status: String(response.status) })
}

function release(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.removeAllListeners('data').resume()
    if (stream instanceof Socket) stream.unref()
  }
}
