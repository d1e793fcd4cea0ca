import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import type { LocalChain } from '../../support/chain.ts'
import { faultOf } from '../../support/output-lines.ts'

const MAIN = join(import.meta.dirname, '../../../dist/src/cli/main.js')

/** The environment variables that the program gets. */
export type Environment = Partial<
  Record<Key | 'KEYSTORE_PASSWORD' | 'OG_NETWORK' | 'OG_RPC_URL' | 'NO_COLOR' | 'FLEET_DB' | 'FLEET_PHRASE', string>
>
type Key = 'PRIVATE_KEY' | 'TREASURY_PRIVATE_KEY' | 'TREASURY_KEYSTORE_PASSWORD'

export type Ended = {
  code: number | null
  stdout: string
  stderr: string
  /** Standard output, line by line, as JSON. */
  json: () => unknown[]
}

/** A running program. */
export type Running = {
  pid: number
  /** Resolves with the nth line on stdout or stderr that passes (the first), also with one that came before the call. */
  line(passes: (line: string) => boolean, nth?: number): Promise<string>
  interrupt(): void
  /** Closes the pipe of its stdout, as a reader does that ends. */
  stopReading(): void
  ended: Promise<Ended>
}

/** The digits of keys and passwords, which no output may contain. */
export const keysIn = (env: Environment): string[] =>
  [env.PRIVATE_KEY, env.TREASURY_PRIVATE_KEY, env.TREASURY_KEYSTORE_PASSWORD].flatMap((key) =>
    key ? [key.replace(/^0x/, '')] : [],
  )

/** Starts the built program. Fails when its output contains a key that it was given, or a line that its schema does not have. */
export function start(args: readonly string[], env: Environment = {}): Running {
  const { PATH = '', XDG_STATE_HOME = '' } = process.env
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH, XDG_STATE_HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  const lines: string[] = []
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
    createInterface(child[name]).on('line', (line) => {
      lines.push(line)
      for (const look of waiting) look()
    })
  }
  const ended = once(child, 'close').then(([code]: unknown[]): Ended => {
    for (const key of keysIn(env)) expect(`${output.stdout}${output.stderr}`).not.toContain(key)
    expect(faultsIn(output.stdout)).toEqual([])
    return {
      code: code as number | null,
      ...output,
      json: () => output.stdout.trim().split('\n').filter(Boolean).map(parseLine),
    }
  })
  return {
    pid: child.pid ?? 0,
    line: (passes, nth = 1) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.filter(passes)[nth - 1]
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        void ended.then(() => reject(new Error(`It ended without that line:\n${lines.join('\n')}`)))
        look()
      }),
    interrupt: () => void child.kill('SIGINT'),
    stopReading: () => void child.stdout.destroy(),
    ended,
  }
}

/** How a refusal of a command line ends. */
export const helpOf = (command: string): string => `og-ledger ${command} --help tells what is possible.`

/** The line of JSON of a command that failed. */
export const failure = (command: string, fields: object): object => ({ v: 1, type: 'error', command, ...fields })

/** What is wrong with the lines of JSON that have a version. */
function faultsIn(stdout: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"v":') && line.endsWith('}'))
  return lines.flatMap((line) => faultOf(parseLine(line)) ?? [])
}

/** Runs the built program to its end. */
export function run(args: readonly string[], env: Environment = {}): Promise<Ended> {
  return start(args, env).ended
}

function parseLine(line: string): unknown {
  return JSON.parse(line)
}

/** The options that tell the program where a test's contracts are: those of inference, and on request of fine-tuning. */
export function placeOf(
  { network, anvil }: Pick<LocalChain, 'network' | 'anvil'>,
  { url = anvil.url, fineTuning = false }: { url?: string; fineTuning?: boolean } = {},
): string[] {
  const { ledger, inference, chainId } = network
  const both = fineTuning ? ['--fine-tuning', network.fineTuning ?? ''] : []
  return ['--rpc-url', url, '--ledger', ledger, '--inference', inference, ...both, '--chain-id', String(chainId)]
}
