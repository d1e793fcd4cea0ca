import process from 'node:process'
import type { ClosingStatus } from '../../index.ts'
import { closingLine } from './lines.ts'
import { note, printJson } from '../screen/terminal.ts'

const CLEAR_LINE = '\r\u001B[2K'

export type ClosingProgress = Disposable & { tell(status: ClosingStatus): void }

/**
 * Says how far closing has come: one line, or one line of JSON, whenever something else is awaited. On a terminal a clock
 * runs while only time has to pass.
 */
export function openClosingProgress({ json }: { json: boolean }): ClosingProgress {
  const hasClock = !json && process.stderr.isTTY
  let awaited: { status: ClosingStatus; readAt: number } | null = null
  let said = ''
  let isDrawn = false
  const draw = () => {
    if (!awaited) return
    const { status, readAt } = awaited
    const now = status.block.timestamp + Math.floor((Date.now() - readAt) / 1_000)
    process.stderr.write(`${CLEAR_LINE}${closingLine(status, now)}`)
    isDrawn = true
  }
  const stop = () => {
    if (isDrawn) process.stderr.write(CLEAR_LINE)
    isDrawn = false
    awaited = null
  }
  const clock = hasClock ? setInterval(draw, 1_000) : null
  return {
    tell(status) {
      const { state, until, hold, failure } = status
      if (hasClock && until !== null) {
        // Drawn with the next second: what is still to be said of transactions has its lines before it.
        awaited = { status, readAt: Date.now() }
        return
      }
      stop()
      const news = JSON.stringify([state, until, hold, failure?.count])
      if (news === said) return
      said = news
      if (json) printJson({ type: 'closing', ...status })
      else note(closingLine(status))
    },
    [Symbol.dispose]() {
      stop()
      if (clock) clearInterval(clock)
    },
  }
}
