import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { endWithProcess } from '../../../local/children.ts'
import { packageRoot } from '../../package-root.ts'

/** What a worker prints, as far as the demo reads it. */
export type WorkerLine = {
  type?: string
  owned?: number
  leasesLost?: number
  event?: { type?: string }
}

/** A process of `og-ledger fleet`. */
export type Worker = {
  name: string
  /** Wallets that it has now. */
  owned(): number
  /** Transactions that it has sent since it began. */
  sent(): number
  /** SIGKILL, as a machine that fails. */
  kill(): void
  /** SIGTERM: it hands its leases back. Resolves with its exit code. */
  end(): Promise<number | null>
  /** Rejects when it ends without being told to. */
  failed: Promise<never>
}

export type WorkerOptions = { name: string; args: readonly string[]; env: Readonly<Record<string, string>> }

const MAIN = join(packageRoot(), 'dist/src/cli/main.js')
/** The last lines of stderr that an error shows. */
const LAST_LINES = 5

export function startWorker({ name, args, env }: WorkerOptions): Worker {
  const child = spawn(process.execPath, [MAIN, 'fleet', '--name', name, '--json', '--yes', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A terminal sends Ctrl-C to the whole process group: in a group of its own the worker goes on until it is told to end.
    detached: true,
  })
  endWithProcess(child)
  let [owned, sent, isEnding] = [0, 0, false]
  const said: string[] = []
  createInterface(child.stdout).on('line', (text) => {
    const line = lineIn(text)
    if (line.type === 'fleet') owned = line.owned ?? owned
    if (line.event?.type === 'top-up.sent') sent += 1
  })
  createInterface(child.stderr).on('line', (text) => said.push(text))
  const ended = once(child, 'close').then(([code]: unknown[]) => code as number | null)
  const failed = ended.then((code): Promise<never> => {
    if (isEnding) return new Promise(() => undefined)
    throw new Error(`${name} ended with code ${code}: ${said.slice(-LAST_LINES).join(' ')}`)
  })
  failed.catch(() => undefined)

  return {
    name,
    owned: () => owned,
    sent: () => sent,
    kill() {
      isEnding = true
      owned = 0
      child.kill('SIGKILL')
    },
    end() {
      isEnding = true
      child.kill('SIGTERM')
      return ended
    },
    failed,
  }
}

function lineIn(text: string): WorkerLine {
  try {
    return JSON.parse(text) as WorkerLine
  } catch {
    return {}
  }
}
