import { get } from 'node:http'
import process from 'node:process'

// A page without a face, in a process of its own: when did each transition arrive? Clocks are the system's own.
const { base, id } = await new Promise((resolve) => process.once('message', resolve))
const arrived = []
get(`${base}api/events?after=${id}`, (response) => {
  let rest = ''
  response.setEncoding('utf8').on('data', (chunk) => {
    const at = process.hrtime.bigint()
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '))
      const entry = data && JSON.parse(data.slice(6))
      if (entry?.kind === 'transition') arrived.push({ key: `${entry.actor} ${entry.to}`, at })
    }
  })
  process.send('ready')
})
process.on('message', () => process.send(arrived))
