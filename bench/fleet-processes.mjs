import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endWithProcess } from '../dist/src/local/children.js'

/** A fleet in one process and its node in another one, so that the node's CPU and memory do not count. */
export async function startFleet({ wallets, accounts, everyMs }) {
  const node = start('fleet-node.mjs', [String(accounts)])
  const [{ url }] = await once(node, 'message')
  const side = start('fleet-side.mjs', [], ['--expose-gc'])
  await once(side, 'message')
  const tell = async (message) => {
    const answered = once(node, 'message')
    node.send(message)
    return (await answered)[0].counts
  }
  const call = async (action, ...args) => {
    const answered = once(side, 'message')
    side.send({ action, args })
    const [{ result, error }] = await answered
    if (error) throw new Error(error)
    return result
  }
  return {
    opened: await call('open', { url, wallets, accounts, everyMs }),
    call,
    /** What the node was asked since it was last asked so. */
    counts: () => tell('reset'),
    /** Every balance changes once an interval until the work is over. */
    async changing(work) {
      const timer = setInterval(() => node.send('change'), everyMs)
      try {
        return await work()
      } finally {
        clearInterval(timer)
        await tell('reset')
      }
    },
    end() {
      side.kill('SIGKILL')
      node.kill('SIGKILL')
    },
  }
}

function start(file, args, execArgv = []) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv })
  endWithProcess(child)
  return child
}
