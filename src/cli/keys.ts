import process from 'node:process'
import { interrupt } from './interrupt.ts'

const CTRL_C = '\u0003'

/**
 * Takes the keys from the terminal while something is drawn: what is typed would be written into the drawing, and Ctrl-C
 * would also be sent to every child process, which must first be put in order. Ctrl-C, or q, is an interrupt.
 *
 * @returns what gives them back
 */
export function listenToKeys(stdin: NodeJS.ReadStream = process.stdin): () => void {
  if (!stdin.isTTY) return () => undefined
  stdin.setRawMode(true)
  stdin.on('data', listen)
  return () => {
    stdin.off('data', listen)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

function listen(keys: Buffer): void {
  const text = keys.toString()
  if (text.includes(CTRL_C) || text.includes('q')) interrupt()
}
