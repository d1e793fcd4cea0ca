import process from 'node:process'
import { interrupt } from '../session/interrupt.ts'

const CTRL_C = '\u0003'
/** What a person or a pipe typed before a question is delivered within this time. */
const DELIVERED_MS = 50

/**
 * Reads keys in raw mode while a table is drawn: the terminal would echo them into the table, and would send Ctrl-C to every
 * child process as well. Ctrl-C, or q, interrupts this process, which then ends its children in order.
 *
 * @param onKeys called with all other keys
 * @returns restores the terminal
 */
export function listenToKeys(onKeys?: (keys: string) => void, stdin: NodeJS.ReadStream = process.stdin): () => void {
  if (!stdin.isTTY) return () => undefined
  const listen = (bytes: Buffer) => {
    const keys = bytes.toString()
    if (keys.includes(CTRL_C) || keys.includes('q')) interrupt()
    else onKeys?.(keys)
  }
  stdin.setRawMode(true)
  stdin.on('data', listen)
  // A prompt leaves stdin paused, and a paused stdin delivers no keys: not even Ctrl-C.
  stdin.resume()
  return () => {
    stdin.off('data', listen)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

/** Drops what was typed before a question: it answers none. */
export async function dropTyped(stdin: NodeJS.ReadStream = process.stdin): Promise<void> {
  if (!stdin.isTTY) return
  const stopListening = listenToKeys(undefined, stdin)
  await new Promise((resolve) => setTimeout(resolve, DELIVERED_MS))
  stopListening()
}
