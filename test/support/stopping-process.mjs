// What processes share that stop themselves (SIGSTOP) at the moment that `stopAt` of their options names: the options, a clock that may be
// off, a node and a journal that come by the moments, and a line to the test.
import { writeSync } from 'node:fs'
import { JsonRpcProvider } from 'ethers'

export const options = JSON.parse(process.env.OPTIONS)

const { stopAt, rpcUrl, clockAheadMs = 0 } = options
const now = Date.now
Date.now = () => now() + clockAheadMs
let hasStopped = false

class Provider extends JsonRpcProvider {
  async send(method, params) {
    if (method !== 'eth_sendRawTransaction') return super.send(method, params)
    reach('before-broadcast')
    const response = await super.send(method, params)
    reach('after-broadcast')
    return response
  }
}

export const connectNode = () => new Provider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 })

export function watchedJournal(journal) {
  return {
    ...journal,
    async append(record) {
      reach(`before-${record.type}`)
      await journal.append(record)
      reach(`after-${record.type}`)
    },
  }
}

export function say(line) {
  writeSync(1, `${line}\n`)
}

/** Stops the process where it stands, as a long pause of a virtual machine does. */
function reach(moment) {
  if (moment !== stopAt || hasStopped) return
  hasStopped = true
  say(`stopping ${moment}`)
  process.kill(process.pid, 'SIGSTOP')
}
