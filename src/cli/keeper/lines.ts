import type { Socket } from 'node:net'
import { LONGEST_LINE } from './wire.ts'

/** Calls a listener with each whole line of a socket. A line that is too long ends the socket. */
export function onLine(socket: Socket, listener: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) socket.destroy()
    for (const line of lines) listener(line)
  })
}
