// A process of its own that funds a sub-account once, or holds the journal until it is killed.
// Arguments: URL of the node, private key, network as JSON, provider, amount, timeoutMs, 'fund' or 'hold'.
import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker } from '../../dist/src/index.js'

const [url, key, network, provider, amount, timeoutMs, role] = process.argv.slice(2)
const rpc = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 20 })
const broker = await createBroker({ signer: new Wallet(key, rpc), network: JSON.parse(network) })
if (role === 'hold') {
  console.log(broker.refusal()?.message ?? 'held')
  setInterval(() => undefined, 60_000)
} else {
  const receipt = await broker.inference
    .ensureFunded(provider, amount, { timeoutMs: Number(timeoutMs) })
    .catch((error) => ({ error: error.message }))
  console.log(JSON.stringify(receipt, (_name, value) => (typeof value === 'bigint' ? `${value}` : value)))
  await broker.close()
  rpc.destroy()
}
