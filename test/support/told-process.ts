import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program of this folder that says in lines what it does, and that a test kills. */
export type ToldProcess = {
  /** Resolves once the process has said such a line; with `again`, once more from now on. */
  says(line: string | RegExp, options?: { again?: boolean }): Promise<void>
  /** The line that it said last. */
  last(): string
  /** SIGSTOP: it stands still as a virtual machine does. */
  stop(): void
  resume(): void
  kill(): Promise<void>
}

/** @param options what the program finds in `OPTIONS`, as JSON */
export function startToldProcess(program: string, options: { holder: string } & Record<string, unknown>): ToldProcess {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, program)], {
    env: { ...process.env, OPTIONS: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('The process has no output.')
  const said: string[] = []
  const waits = new Set<() => void>()
  const wakeAll = (): void => {
    for (const wake of waits) wake()
  }
  createInterface(child.stdout).on('line', (line) => {
    said.push(line)
    wakeAll()
  })
  const exited = once(child, 'exit').then(wakeAll)
  return {
    async says(line, { again = false } = {}) {
      const from = again ? said.length : 0
      const isIt = (one: string): boolean => (typeof line === 'string' ? one === line : line.test(one))
      while (!said.slice(from).some(isIt)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`${options.holder} ended without saying "${String(line)}": ${said.slice(-5).join('; ')}`)
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waits.delete(wake)
            resolve()
          }
          waits.add(wake)
        })
      }
    },
    last: () => said.at(-1) ?? '',
    stop: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
