import type { Connected } from '../../src/chain/connect.ts'

/** A node whose block times, in readings and in headers, are wrong by so many seconds. */
export function lyingTime() {
  let offset = 0
  return {
    lie: (seconds: number) => void (offset = seconds),
    bend: (connected: Connected): Connected => ({
      ...connected,
      async readPosition() {
        const position = await connected.readPosition()
        const { number, timestamp } = position.block
        return { ...position, block: { number, timestamp: timestamp + offset } }
      },
      async timestampOf(number) {
        const timestamp = await connected.timestampOf(number)
        return timestamp === null ? null : timestamp + offset
      },
    }),
  }
}
