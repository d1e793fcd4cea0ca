import { ChunkLoadError } from './errors.ts'

/** A part of the library that not every program uses: its code is loaded once it is needed. */
export type Room<Module> = {
  /** The module, where it is loaded; null otherwise. */
  readonly now: Module | null
  /**
   * Loads it, once. A load that failed is tried again by the next one.
   *
   * @throws ChunkLoadError without a network, or where a deployment has removed the page's files
   */
  load(): Promise<Module>
}

export function roomOf<Module>(load: () => Promise<Module>): Room<Module> {
  let [now, loading]: [Module | null, Promise<Module> | null] = [null, null]
  return {
    get now() {
      return now
    },
    load() {
      loading ??= load().then(
        (module) => (now = module),
        (error: unknown) => {
          loading = null
          throw new ChunkLoadError(error)
        },
      )
      return loading
    },
  }
}

/** What a room makes for one broker. */
export type RoomPart<Part> = {
  /** The part, where it was made; null otherwise. */
  readonly made: Part | null
  /** The part, made where its room is loaded; null otherwise. */
  readonly now: Part | null
  load(): Promise<Part>
}

/** A part that a room makes once, when it is first used. */
export function partOf<Module, Part>(room: Room<Module>, make: (module: Module) => Part): RoomPart<Part> {
  return new PartOfRoom(room, make)
}

/** One object: each wallet of a fleet has some. */
class PartOfRoom<Module, Part> implements RoomPart<Part> {
  readonly #room: Room<Module>
  readonly #make: (module: Module) => Part
  #made: Part | null = null

  constructor(room: Room<Module>, make: (module: Module) => Part) {
    this.#room = room
    this.#make = make
  }

  get made(): Part | null {
    return this.#made
  }

  get now(): Part | null {
    return this.#made ?? (this.#room.now && this.#from(this.#room.now))
  }

  async load(): Promise<Part> {
    return this.#made ?? this.#from(await this.#room.load())
  }

  #from(module: Module): Part {
    return (this.#made ??= this.#make(module))
  }
}

/**
 * Loads rooms before they are needed, except in a page: a page shows sooner without them, and a program elsewhere may run for months, in
 * which its package is replaced under it.
 */
export async function loadAhead(rooms: Readonly<Record<string, Room<unknown>>>): Promise<void> {
  if ('document' in globalThis) return
  await Promise.all(Object.values(rooms).map((room) => room.load()))
}
