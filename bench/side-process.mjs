import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endWithProcess } from '../dist/src/local/children.js'
import { startCountingProxy } from './counting-proxy.mjs'

/** Opens a wallet with one side: a silent process of its own, whose way to the node is counted. */
export async function openSide(name, { chain, wallet }) {
  const proxy = await startCountingProxy(chain.url)
  const child = fork(fileURLToPath(new URL('side.mjs', import.meta.url)), [name], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  endWithProcess(child)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-2_000)))
  const waiting = new Map()
  child.on('message', ({ id, error, ...answer }) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error) asked?.reject(new Error(`${name}: ${error}`))
    else asked?.resolve(answer)
  })
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended.\n${said}`))
  })
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${name} did not start.\n${said}`))),
  ])

  let asked = 0
  const call = (action, ...args) =>
    new Promise((resolve, reject) => {
      const id = ++asked
      waiting.set(id, { resolve, reject })
      child.send({ id, action, args })
    })
  await call('open', { url: proxy.url, key: wallet.privateKey, network: chain.network })
  return {
    name,
    wallet,
    proxy,
    /** Resolves with `{ result, ms }`. */
    call,
    /** Nothing is closed: what a side leaves running ends here. */
    end() {
      waiting.clear()
      child.kill('SIGKILL')
      proxy.stop()
    },
  }
}
