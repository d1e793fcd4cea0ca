/** IndexedDB in memory, as far as the journal of a page uses it. */
export function memoryStorage() {
  const databases = new Map()
  return {
    open(name) {
      const isNew = !databases.has(name)
      if (isNew) databases.set(name, new Map())
      const database = databaseOn(databases.get(name))
      return requestOf(() => database, { before: isNew ? 'upgradeneeded' : null })
    },
  }
}

/** A page's locks, which no other tab has. */
export const locks = { request: (name, ...rest) => Promise.resolve(rest.at(-1)({ name })) }

function databaseOn(stores) {
  return Object.assign(new EventTarget(), {
    createObjectStore: (name) => stores.set(name, new Map()),
    close: () => undefined,
    transaction() {
      const transaction = Object.assign(new EventTarget(), { error: null, abort: () => clearTimeout(ending) })
      let ending
      // It ends with the first turn in which nothing is asked of it.
      const goOn = () => {
        clearTimeout(ending)
        ending = setTimeout(() => transaction.dispatchEvent(new Event('complete')), 1)
      }
      const request = (work) => (goOn(), requestOf(work, { after: goOn }))
      transaction.objectStore = (name) => storeOn(stores.get(name), request)
      return transaction
    },
  })
}

function storeOn(values, request) {
  return {
    get: (key) => request(() => values.get(key)),
    getAll: () => request(() => [...values.values()]),
    add: (value) => request(() => void values.set(values.size + 1, structuredClone(value))),
    put: (value, key) => request(() => void values.set(key, value)),
    clear: () => request(() => values.clear()),
  }
}

function requestOf(work, { before = null, after } = {}) {
  const request = Object.assign(new EventTarget(), { error: null, result: undefined })
  queueMicrotask(() => {
    request.result = work()
    if (before) request.dispatchEvent(new Event(before))
    request.dispatchEvent(new Event('success'))
    after?.()
  })
  return request
}
