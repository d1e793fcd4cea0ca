import type { Position } from '../../machines/position.types.ts'
import { decodePosition } from './position-codec.ts'

export type Recording = {
  positions: readonly Position[]
  /** Lines that go back to an earlier block, as where two processes write one file. */
  late: number
  /** The last line is torn: its program was killed, or its disk was full. */
  torn: boolean
}

/** The types of lines that the visualizer writes beside positions. */
const OTHER_TYPES = new Set<unknown>(['base', 'entry'])

/**
 * The positions of a recording in their order, without the visualizer's lines and without a torn last line.
 *
 * @throws SyntaxError that names a line of another file, or a position of another wallet
 *
 * @example
 * for (const { block } of decodeRecording(text).positions) show(block.number)
 */
export function decodeRecording(text: string): Recording {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  const all = lines.flatMap((line, index) => positionIn(line, index + 1) ?? [])
  // A last line that is torn right before its end is whole.
  const last = rest === '' ? null : decodePosition(rest)
  if (last) all.push({ position: last, line: lines.length + 1 })
  const positions: Position[] = []
  let late = 0
  for (const { position, line } of all) {
    const before = positions.at(-1)
    if (before && position.wallet.address !== before.wallet.address)
      throw new SyntaxError(`Line ${line} is a position of another wallet: ${position.wallet.address}.`)
    const blocks = before ? position.block.number - before.block.number : 1
    // A second reading of the same block says the same.
    if (blocks > 0) positions.push(position)
    else if (blocks < 0) late += 1
  }
  return { positions, late, torn: rest !== '' && last === null && !isOther(rest) }
}

/** Null for a line of the visualizer. */
function positionIn(text: string, line: number): { position: Position; line: number } | null {
  const position = decodePosition(text)
  if (position) return { position, line }
  if (isOther(text)) return null
  throw new SyntaxError(`Line ${line} is no recorded position.`)
}

/**
 * Whether a line without its end belongs into a recording.
 *
 * @example
 * show(isRecordingLine('position'))
 */
export const isRecordingLine = (line: string): boolean => decodePosition(line) !== null || isOther(line)

/** Whether a line is whole, and one of the visualizer's. */
function isOther(line: string): boolean {
  try {
    const { type } = JSON.parse(line) as { type?: unknown }
    return OTHER_TYPES.has(type)
  } catch {
    return false
  }
}
