import * as files from 'node:fs'
import { encodePosition, isRecordingLine, type Broker, type DryRun, type Position } from '../../index.ts'
import type { PlanConditions } from './plan-conditions.ts'
import { UsageError } from '../arguments/usage-error.ts'

const NEWLINE = 10
const BEGINNING = /^\{"type":"(position|base|entry)"/
/** Fifty sub-accounts with all refunds that the contracts allow take a tenth of it. In bytes. */
const LONGEST_LINE = 2 ** 20

export type Recorder = Disposable & {
  record(position: Position, conditions?: PlanConditions): void
  /** Also records the events of a broker between its positions, for the page. */
  follow(broker: Broker, options?: { dryRun?: boolean | DryRun }): Promise<void>
}

/**
 * Appends positions to a file that only its owner may read.
 *
 * @param onFailure called for the first of several lines in a row that cannot be written; each next line is tried
 * @throws UsageError for a file that cannot be opened or holds something else
 */
export function openRecorder(file: string, onFailure: (sentence: string) => void): Recorder {
  const descriptor = openForAppend(file)
  let failing = false
  let block: number | null = null
  let following: Disposable | null = null
  let closed = false
  return {
    record(position, conditions) {
      // A second reading of the same block says the same.
      if (position.block.number === block) return
      if (write(encodePosition(position, conditions))) block = position.block.number
    },
    async follow(broker, options) {
      // Loaded only where something is recorded.
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

/** Appends a line in one write. Where a full disk takes only a part, the part is cut off again. */
function append(descriptor: number, line: string): void {
  const bytes = Buffer.from(line)
  const { size } = files.fstatSync(descriptor)
  const written = files.writeSync(descriptor, bytes)
  if (written === bytes.length) return
  files.ftruncateSync(descriptor, size)
  throw Object.assign(new Error('Only a part was written.'), { code: 'ENOSPC' })
}

function openForAppend(file: string): number {
  let descriptor: number
  try {
    descriptor = files.openSync(file, 'a+', 0o600)
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${codeOf(error)}.`)
  }
  try {
    resumeRecording(file, descriptor)
    return descriptor
  } catch (error) {
    files.closeSync(descriptor)
    throw error
  }
}

/** Checks that the file is a recording, and cuts off a line that was torn when the last program ended. */
function resumeRecording(file: string, descriptor: number): void {
  const stats = files.fstatSync(descriptor)
  // A pipe or a device holds no recording.
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
