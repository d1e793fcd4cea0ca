import { performance } from 'node:perf_hooks'
import process from 'node:process'

/** One side in a process of its own: opens a wallet, then does what the bench asks over IPC, and says how long it took. */
const { open } = await import(`./sides/${process.argv[2]}.mjs`)
let side = null

process.on('message', ({ id, action, args }) => {
  answer(action, args).then(
    (answered) => process.send({ id, ...answered }),
    (error) => process.send({ id, error: String(error?.stack ?? error) }),
  )
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })

async function answer(action, args) {
  const start = performance.now()
  if (action === 'open') {
    side = await open(...args)
    return { ms: performance.now() - start }
  }
  const result = await side[action](...args)
  return { result: typeof result === 'number' ? result : null, ms: performance.now() - start }
}
