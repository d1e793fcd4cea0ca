import * as files from 'node:fs'
import { encodePosition, isRecordingLine, type Broker, type Position } from '../../index.ts'
import type { PlanConditions } from './plan-conditions.ts'
import { UsageError } from '../arguments/usage-error.ts'

const NEWLINE = 10
const BEGINNING = /^\{"type":"(position|base|entry)"/
/** Fifty sub-accounts with all the refunds that contracts allow take a tenth of it. */
const LONGEST_LINE = 2 ** 20

export type Recorder = Disposable & {
  record(position: Position, circumstances?: PlanConditions): void
  /** Records what happens to a broker between its positions, too: for the page. */
  follow(broker: Broker, options?: { dryRun?: boolean }): Promise<void>
}

/**
 * Appends positions to a file that only its owner may read.
 *
 * @param onFailure is told, once in a row, of a line that could not be written; the next one is tried again
 * @throws UsageError where it cannot be opened, or holds something else
 */
export function openRecorder(file: string, onFailure: (sentence: string) => void): Recorder {
  const descriptor = opened(file)
  let failing = false
  let block: number | null = null
  let following: Disposable | null = null
  let closed = false
  return {
    record(position, circumstances) {
      // Read again before there was another block, it says the same.
      if (position.block.number === block) return
      if (write(encodePosition(position, circumstances))) block = position.block.number
    },
    async follow(broker, options) {
      // It is loaded when it is needed.
      const { recordEntries } = await import('../../visualizer/index.ts')
      following = recordEntries(broker, { write, ...options })
    },
    [Symbol.dispose]() {
      closed = true
      following?.[Symbol.dispose]()
      files.closeSync(descriptor)
    },
  }

  function write(line: string): boolean {
    if (closed) return false
    try {
      append(descriptor, line)
      failing = false
    } catch (error) {
      if (!failing) onFailure(`Not recorded in ${file}: ${codeOf(error)}.`)
      failing = true
    }
    return !failing
  }
}

/** One write. What a full disk took only a part of is taken back: a line is there as a whole or not at all. */
function append(descriptor: number, line: string): void {
  const bytes = Buffer.from(line)
  const { size } = files.fstatSync(descriptor)
  const written = files.writeSync(descriptor, bytes)
  if (written === bytes.length) return
  files.ftruncateSync(descriptor, size)
  throw Object.assign(new Error('A part was written.'), { code: 'ENOSPC' })
}

function opened(file: string): number {
  let descriptor: number
  try {
    descriptor = files.openSync(file, 'a+', 0o600)
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${codeOf(error)}.`)
  }
  try {
    takeOver(file, descriptor)
    return descriptor
  } catch (error) {
    files.closeSync(descriptor)
    throw error
  }
}

/** Goes on with a recording. A line that was torn when the last program ended is taken off. */
function takeOver(file: string, descriptor: number): void {
  const stats = files.fstatSync(descriptor)
  // A pipe or a device has nothing to go on with.
  if (!stats.isFile()) return
  const first = bytesAt(descriptor, 0)
  const line = first.toString().split('\n', 1)[0] ?? ''
  const isTorn = !first.includes(NEWLINE) && BEGINNING.test(line)
  if (stats.size > 0 && !isTorn && !isRecordingLine(line))
    throw new UsageError(`${file} is no recording: nothing is added to it.`)
  const from = Math.max(0, stats.size - LONGEST_LINE)
  const end = from + bytesAt(descriptor, from).lastIndexOf(NEWLINE) + 1
  files.fchmodSync(descriptor, 0o600)
  if (end < stats.size) files.ftruncateSync(descriptor, end)
}

function bytesAt(descriptor: number, position: number): Buffer {
  const bytes = Buffer.alloc(LONGEST_LINE)
  return bytes.subarray(0, files.readSync(descriptor, bytes, 0, bytes.length, position))
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'failed'
