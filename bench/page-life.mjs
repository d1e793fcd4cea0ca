// A process of its own that is one page: it has what tells the library so, runs the bundled program, and says which chunks it loaded.
import process from 'node:process'
import { JsonRpcProvider, Wallet } from 'ethers'
import { lives } from './lives.mjs'
import { locks, memoryStorage } from './page-storage.mjs'

const { life, program, world } = JSON.parse(process.argv[2])
Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true })
Object.assign(globalThis, { document: {}, indexedDB: memoryStorage() })
// Node has the library's code in files: a page says that it is none.
const versions = { value: {} }
Object.defineProperty(globalThis, 'process', { value: Object.create(process, { versions }), configurable: true })

// A page stays open.
setInterval(() => undefined, 1_000)
try {
  const page = await import(program)
  const rpc = new JsonRpcProvider(world.url, world.network.chainId, { staticNetwork: true, cacheTimeout: -1 })
  await lives[life]({ ...world, page, rpc, wallet: new Wallet(world.key, rpc) })
  process.send([...globalThis.loadedChunks], () => process.exit())
} catch (error) {
  // Not as Node prints it: with the bundle's line, which is long.
  console.error(error.message)
  process.exit(1)
}
