import { vi } from 'vitest'
import { roomOf, type Room } from '../../src/base/room.ts'

type Rooms = Readonly<Record<string, Room<unknown>>>

/** The rooms of a page whose files come, do not come, or get no answer. `fresh` is a page that has loaded none so far. */
export type LateRooms = {
  rooms: Record<string, Room<unknown>>
  files: { come: 'at once' | 'never' | 'not' }
  fresh(): void
}

export function lateRooms(actual: Rooms): LateRooms {
  const files: LateRooms['files'] = { come: 'at once' }
  const rooms: Record<string, Room<unknown>> = {}
  fresh()
  return { rooms, files, fresh }

  function fresh(): void {
    for (const [name, room] of Object.entries(actual)) rooms[name] = late(name, room)
  }

  function late(name: string, room: Room<unknown>): Room<unknown> {
    return roomOf(async () => {
      if (files.come === 'not') throw new TypeError(`Failed to fetch dynamically imported module: ${name}.js`)
      if (files.come === 'never') await new Promise(() => undefined)
      return room.load()
    })
  }
}

/** What tells a page from Node: a document, and no version of Node. */
export function stubPage(): void {
  vi.stubGlobal('document', {})
  vi.stubGlobal('process', Object.create(process, { versions: { value: {} } }))
}
