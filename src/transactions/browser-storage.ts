/** IndexedDB and Web Locks as far as the journal uses them: the library is compiled without the types of a page. */

export type StorageFactory = { open(name: string, version: number): OpenRequest }

export type StorageRequest<Result> = EventTarget & { readonly result: Result; readonly error: unknown }

/** Fires `upgradeneeded` and `blocked` as well. */
export type OpenRequest = StorageRequest<StorageDatabase>

/** Fires `versionchange` when another tab wants it deleted or upgraded, and `close` when the browser took it away. */
export type StorageDatabase = EventTarget & {
  createObjectStore(name: string, options?: { autoIncrement: boolean }): unknown
  transaction(
    stores: readonly string[],
    mode: 'readonly' | 'readwrite',
    options?: { durability: 'strict' },
  ): StorageTransaction
  close(): void
}

export type StorageTransaction = EventTarget & {
  readonly error: unknown
  objectStore(name: string): ObjectStore
  abort(): void
}

export type ObjectStore = {
  get(key: string): StorageRequest<unknown>
  getAll(): StorageRequest<unknown[]>
  add(value: unknown): StorageRequest<unknown>
  put(value: unknown, key: string): StorageRequest<unknown>
  clear(): StorageRequest<unknown>
}

export type LockManager = {
  request(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    callback: (lock: object | null) => Promise<void> | undefined,
  ): Promise<unknown>
}

/** IndexedDB of this page or worker; null where there is none, and where its site may store nothing. */
export function storageFactory(): StorageFactory | null {
  try {
    return (globalThis as { indexedDB?: StorageFactory | null }).indexedDB ?? null
  } catch {
    return null
  }
}

/** Web Locks of this page or worker; null outside secure contexts (https, localhost). */
export function lockManager(): LockManager | null {
  return (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks ?? null
}
