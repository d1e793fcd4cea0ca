/** A part of the library that not every program uses: its code is loaded once it is needed. */
export type Room<Module> = {
  /** The module, where it is loaded; null otherwise. */
  readonly now: Module | null
  /** A load that failed, as without a network, is tried again by the next one. */
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
          throw error
        },
      )
      return loading
    },
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
