// How a process of a test kills itself at the moment that `crashAt` names.
import process from 'node:process'
import { JsonRpcProvider } from 'ethers'

/** As a power failure: nothing is flushed, nothing is closed. */
export function die() {
  process.kill(process.pid, 'SIGKILL')
}

/** Makes a request, and dies while a broadcast is on its way or once it was answered. */
export async function sending(crashAt, method, request) {
  const isBroadcast = method === 'eth_sendRawTransaction'
  if (isBroadcast && crashAt === 'in-broadcast') setImmediate(() => setImmediate(die))
  const response = await request()
  if (isBroadcast && crashAt === 'after-broadcast') die()
  return response
}

/** A provider of ethers that dies at a broadcast. */
export function crashingProvider(url, crashAt) {
  class Provider extends JsonRpcProvider {
    send(method, params) {
      return sending(crashAt, method, () => super.send(method, params))
    }
  }
  return new Provider(url, undefined, { cacheTimeout: -1, batchStallTime: 0 })
}

/** A journal that dies before or after a record of a type. */
export function crashingJournal(journal, crashAt) {
  return {
    ...journal,
    async append(record) {
      if (crashAt === `before-${record.type}`) die()
      await journal.append(record)
      if (crashAt === `after-${record.type}`) die()
    },
  }
}
