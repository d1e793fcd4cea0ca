import process from 'node:process'
import type { ClosingStatus } from '../../index.ts'
import { closingLine } from './lines.ts'
import { note, printJson } from '../screen/terminal.ts'

const CLEAR_LINE = '\r\u001B[2K'

export type ClosingProgress = Disposable & { report(status: ClosingStatus): void }

/**
 * Reports how far closing has come: a line, or a line of JSON, at each change of its state. On a terminal a countdown runs
 * while it waits for a time.
 */
export function openClosingProgress({ json }: { json: boolean }): ClosingProgress {
  const hasClock = !json && process.stderr.isTTY
  let waiting: { status: ClosingStatus; readAt: number } | null = null
  let lastReport = ''
  let isDrawn = false
  const draw = () => {
    if (!waiting) return
    const { status, readAt } = waiting
    const now = status.block.timestamp + Math.floor((Date.now() - readAt) / 1_000)
    process.stderr.write(`${CLEAR_LINE}${closingLine(status, now)}`)
    isDrawn = true
  }
  const stop = () => {
    if (isDrawn) process.stderr.write(CLEAR_LINE)
    isDrawn = false
    waiting = null
  }
  const clock = hasClock ? setInterval(draw, 1_000) : null
  return {
    report(status) {
      const { state, until, hold, failure } = status
      if (hasClock && until !== null) {
        // Drawn with the next second, so that lines about transactions come before it.
        waiting = { status, readAt: Date.now() }
        return
      }
      stop()
      const news = JSON.stringify([state, until, hold, failure?.count])
      if (news === lastReport) return
      lastReport = news
      if (json) printJson({ type: 'closing', ...status })
      else note(closingLine(status))
    },
    [Symbol.dispose]() {
      stop()
      if (clock) clearInterval(clock)
    },
  }
}
