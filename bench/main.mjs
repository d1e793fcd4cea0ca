import process from 'node:process'
import { parseArgs } from 'node:util'
import { startChain } from './chain.mjs'
import { drain } from './measures/drain.mjs'
import { endpoint as requests } from './measures/endpoint.mjs'
import { fleet } from './measures/fleet.mjs'
import { fleetMachines } from './measures/fleet-machines.mjs'
import { idle } from './measures/idle.mjs'
import { imports } from './measures/import.mjs'
import { low } from './measures/low.mjs'
import { decode } from './measures/decode.mjs'
import { metrics } from './measures/metrics.mjs'
import { position } from './measures/position.mjs'
import { renders } from './measures/renders.mjs'
import { simulated } from './measures/simulated.mjs'
import { size } from './measures/size.mjs'
import { transfer } from './measures/transfer.mjs'
import { visualizer } from './measures/visualizer.mjs'
import { startProviderEndpoint } from './provider-endpoint.mjs'
import { machine, ratioOf, table } from './report.mjs'

const onChain = { idle, drain, low, transfer, position, endpoint: requests, fleet, renders }
const measures = { ...onChain, machines: fleetMachines, import: imports, decode, metrics, size, simulated, visualizer }

const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' } } })
const names = values.only?.split(',').map((name) => name.trim()) ?? Object.keys(measures)
const unknown = names.filter((name) => !Object.hasOwn(measures, name))
if (unknown.length > 0) {
  console.error(`No such measure: ${unknown.join(', ')}. There are ${Object.keys(measures).join(', ')}.`)
  process.exit(2)
}

const started = Date.now()
const elapsed = () => `${((Date.now() - started) / 1_000).toFixed(0)} s`
const endpoint = await startProviderEndpoint()
const chain = names.some((name) => name in onChain) ? await startChain(endpoint.url) : null
const rows = []
const details = {}
for (const name of names) {
  process.stderr.write(`${elapsed().padStart(5)}  ${name}\n`)
  const measured = await measures[name]({ chain, endpoint })
  rows.push(...measured.rows.map((row) => ({ measure: name, ...row, ratio: ratioOf(row) })))
  details[name] = measured.details
}
process.stderr.write(`${elapsed().padStart(5)}  done\n\n`)
await chain?.stop()
endpoint.stop()

const facts = machine()
if (values.json) console.log(JSON.stringify({ machine: facts, rows, details }, null, 2))
else {
  const { cpus, model, node, ethers, reference, anvil, date } = facts
  console.log(`${date}, ${cpus} cores (${model}), Node ${node}, ethers ${ethers}, anvil ${anvil}`)
  console.log(`reference: @0gfoundation/0g-compute-ts-sdk ${reference}\n`)
  console.log(table(rows))
}
process.exit(0)
