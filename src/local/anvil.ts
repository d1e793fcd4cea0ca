import { spawn, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import { endWithProcess } from './children.ts'
import { locate } from './packages.ts'

export type AnvilOptions = {
  /** Seconds between blocks; without it every transaction gets its own block at once. */
  blockTime?: number
  /** How many accounts of the test mnemonic have a balance: see testWallet(). */
  accounts?: number
  /** The balance of each of them, in whole OG. */
  balance?: number
  chainId?: number
  /** A free one by default. */
  port?: number
  /** Further command line arguments of anvil. */
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
 * Starts a local chain. Anvil ends with this process at the latest, and does not keep this process alive.
 *
 * @throws OgLedgerError when anvil is not installed, or does not come up
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const child = spawn(binary(), commandLine(options), {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A terminal sends Ctrl-C to the whole process group: in a group of its own anvil goes on until stop() is called.
    detached: true,
  })
  endWithProcess(child)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.ref()
    child.kill('SIGTERM')
    const killing = setTimeout(() => child.kill('SIGKILL'), 2_000)
    await exited
    clearTimeout(killing)
  }
  try {
    const port = await listening(child)
    const url = `http://127.0.0.1:${port}`
    await answering(url)
    if (child.pid === undefined || child.exitCode !== null)
      throw new OgLedgerError('anvil ended while it was starting.')
    detach(child)
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

/** The npm package is a launcher in JavaScript; the binary lies in another package, one per platform. */
function binary(): string {
  const name = `@foundry-rs/anvil-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}/package.json`
  const launcher = locate('@foundry-rs/anvil/package.json')
  return join(dirname(locate(name, [launcher])), 'bin', platform() === 'win32' ? 'anvil.exe' : 'anvil')
}

/**
 * The port that anvil prints once it is bound to it. Anvil chooses a free port itself, so that two starts do not race for one
 * and this process does not take another process that answers on the port for its child.
 */
function listening(child: ChildProcess): Promise<number> {
  const overdue = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const bound = new Promise<number>((resolve, reject) => {
    let output = ''
    const listen = (text: string) => {
      output += text
      const port = /Listening on \S+:(\d+)/.exec(output)?.[1]
      if (port) resolve(Number(port))
    }
    child.stdout?.setEncoding('utf8').on('data', listen)
    child.stderr?.setEncoding('utf8').on('data', listen)
    child.once('error', (cause) => reject(new OgLedgerError('anvil could not be run.', {}, { cause })))
    child.once('close', () =>
      reject(new OgLedgerError('anvil did not start.', { said: output.trim().split('\n').at(-1) })),
    )
  })
  return bound.finally(() => clearTimeout(overdue))
}

/** Checks that anvil answers, and turns its log off: a line per request fills the pipe to this process. */
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

/** Lets this process end although anvil runs: neither the child nor its output keeps the event loop alive. */
function detach(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.removeAllListeners('data').resume()
    if (stream instanceof Socket) stream.unref()
  }
}
