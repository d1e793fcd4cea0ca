import { ChunkLoadError } from './errors.ts'

/** A part of the library that not every program uses: its code is loaded once it is needed. */
export type Room<Module> = {
  /** The module, where it is loaded; null otherwise. */
  readonly now: Module | null
  /**
   * Loads it, once. A load that failed is tried again by the next one.
   *
   * @throws ChunkLoadError in a page without a network, or where a deployment has removed its files; elsewhere the error of import()
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
          throw isPage() && isFailedFetch(error) ? new ChunkLoadError(error) : error
        },
      )
      return loading
    },
  }
}

type Rooms = Readonly<Record<string, Room<unknown>>>

export async function loadAll(rooms: Rooms): Promise<void> {
  await Promise.all(Object.values(rooms).map((room) => room.load()))
}

/**
 * Loads rooms before they are needed, except in a page: a page shows sooner without them, and a program elsewhere may run for months, in
 * which its package is replaced under it.
 */
export async function loadAhead(rooms: Rooms): Promise<void> {
  if (!isPage()) await loadAll(rooms)
}

/** Tests in Node may have a document, too: their code lies in files. */
function isPage(): boolean {
  if (!('document' in globalThis)) return false
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  return process?.versions?.node === undefined
}

/** Whether the file did not come, in the words of browsers and bundlers: an error of the code itself comes again with each load. */
function isFailedFetch(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'ChunkLoadError' || /dynamically imported module|module script|\bchunk\b/i.test(error.message)
}
