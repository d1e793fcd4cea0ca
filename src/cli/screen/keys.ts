import process from 'node:process'
import { interrupt } from '../session/interrupt.ts'

const CTRL_C = '\u0003'

/**
 * Takes the keys from the terminal while something is drawn: what is typed would be written into the drawing, and Ctrl-C
 * would also be sent to every child process, which must first be put in order. Ctrl-C, or q, is an interrupt.
 *
 * @param onKeys hears of every other key
 * @returns what gives them back
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
  // A question that was asked before has paused it, and then a listener alone hears nothing: not even Ctrl-C.
  stdin.resume()
  return () => {
    stdin.off('data', listen)
    stdin.setRawMode(false)
    stdin.pause()
  }
}
