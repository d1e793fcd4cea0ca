import type { ChildProcess } from 'node:child_process'
import process from 'node:process'

const children = new Set<ChildProcess>()
let watching = false

/** Ends a child process when this process ends. Only after a SIGKILL to this process the child lives on. */
export function endWithProcess(child: ChildProcess): void {
  if (!watching) {
    watching = true
    process.on('exit', killAll)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  }
  children.add(child)
  child.once('exit', () => children.delete(child))
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
}

/** A signal without a listener ends a process without its `exit` event. Where there is another listener, that one decides. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  killAll()
  process.removeListener(signal, onSignal)
  process.kill(process.pid, signal)
}
