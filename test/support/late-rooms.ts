import { vi } from 'vitest'
import { roomOf, type Room } from '../../src/base/room.ts'

/** A page whose files come, do not come, or get no answer. */
export type LateRooms = {
  files: { come: 'at once' | 'never' | 'not' }
  /** The page has loaded none so far. */
  fresh(): void
  /** Puts back the rooms of the library: files of tests share its modules. */
  restore(): void
}

/** Puts rooms of a page in the place of the library's. */
export function lateRooms(rooms: Record<string, Room<unknown>>): LateRooms {
  const files: LateRooms['files'] = { come: 'at once' }
  const actual = { ...rooms }
  fresh()
  return { files, fresh, restore: () => void Object.assign(rooms, actual) }

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
