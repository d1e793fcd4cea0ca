import type { ChildProcess } from 'node:child_process'
import process from 'node:process'

const children = new Set<ChildProcess>()
let watching = false

/** Makes sure that a child does not outlive this process. Only SIGKILL to this process can prevent it. */
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

/** A signal that nobody listens to ends a process without its `exit` event. With another listener the end is theirs to decide. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  killAll()
  process.removeListener(signal, onSignal)
  process.kill(process.pid, signal)
}
