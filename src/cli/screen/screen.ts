import process from 'node:process'
import { listenToKeys } from './keys.ts'
import { cutTo } from './text-width.ts'

const HIDE = '\u001B[?25l'
const SHOW = '\u001B[?25h'
const CLEAR = '\u001B[2J\u001B[H'
const CLEAR_BELOW = '\u001B[0J'
const CLEAR_LINE = '\u001B[2K'

const up = (lines: number): string => (lines === 0 ? '' : `\u001B[${lines}A`)

export type Screen = {
  draw(lines: readonly string[]): void
  /** Prints a line above the drawing, where it stays. */
  insert(line: string): void
  close(): void
}

/** Lines that are drawn again in place. Earlier output stays above them, and the last drawing stays at the end. */
export function openScreen(onKeys?: (keys: string) => void, stream: NodeJS.WriteStream = process.stdout): Screen {
  const stopListening = listenToKeys(onKeys)
  let height = 0
  let last: readonly string[] = []
  const restore = () => void stream.write(SHOW)
  const draw = (lines: readonly string[], before = up(height)) => {
    const visible = fit(lines, stream)
    const text = visible.map((line) => `${CLEAR_LINE}${line}\n`).join('')
    stream.write(`${HIDE}${before}${text}${CLEAR_BELOW}`)
    height = visible.length
    last = lines
  }
  // A resize wraps lines anew, so that it is unknown where the drawing begins: the screen is cleared.
  const redraw = () => draw(last, CLEAR)
  stream.on('resize', redraw)
  process.once('exit', restore)
  return {
    draw: (lines) => draw(lines),
    insert(line) {
      stream.write(`${up(height)}${CLEAR_BELOW}${line}\n`)
      draw(last, '')
    },
    close() {
      stream.off('resize', redraw)
      process.off('exit', restore)
      restore()
      stopListening()
    },
  }
}

/** Cuts lines to the terminal: a line that scrolled out of sight or wrapped into two cannot be drawn over. */
function fit(lines: readonly string[], { rows, columns }: NodeJS.WriteStream): string[] {
  const room = Math.max(2, (rows || 24) - 1)
  const tooMany = lines.length > room
  const visible = tooMany ? [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`] : lines
  return visible.map((line) => cutTo(line, columns || 80))
}
