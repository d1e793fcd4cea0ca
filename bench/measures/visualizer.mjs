import { fork } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openBroker } from '../../dist/src/broker.js'
import { createVisualizer } from '../../dist/src/visualizer/index.js'
import { openPage, watchRows } from '../browser.mjs'
import { busyChain } from '../busy-chain.mjs'
import { median } from '../numbers.mjs'

const SUB_ACCOUNTS = 100
const READINGS = 200
/** Fewer for a real page, and as far apart as on a quick chain. */
const PAINTED_READINGS = 60
const PAINTED_EVERY_MS = 500
/** An hour of readings that are five seconds apart. */
const HOUR = 720

/** From a transition to its bytes at a page in another process; and what an hour of them takes of memory. */
export async function visualizer() {
  const delays = await delaysOf()
  const painted = await paintedDelays()
  const { bytes, hello, entries, historyBytes } = await memoryOfAnHour()
  const row = (name, digits, ours, note) => ({
    name: `page, ${SUB_ACCOUNTS} sub-accounts: ${name}`,
    digits,
    ours,
    note,
  })
  return {
    rows: [
      row('transition to page, ms', 1, median(delays), `${delays.length} transitions`),
      row('transition to page at worst, ms', 1, Math.max(...delays)),
      ...(painted.length === 0
        ? []
        : [
            row(
              'transition to pixel, ms',
              1,
              median(painted),
              `${painted.length} transitions in Chromium, without a GPU`,
            ),
            row('transition to pixel at worst, ms', 1, Math.max(...painted)),
          ]),
      row(
        'MB of memory after an hour',
        1,
        bytes / 1e6,
        `${entries} entries, ${(historyBytes / 1e6).toFixed(1)} MB as JSON`,
      ),
      row('hello after an hour, ms', 0, hello),
    ],
    details: { delays, painted },
  }
}

async function delaysOf() {
  const broker = await openBroker(busyChain(SUB_ACCOUNTS), { intervalMs: 100 })
  const shown = await createVisualizer(broker, { dryRun: true })
  const visitor = fork(fileURLToPath(new URL('../visitor.mjs', import.meta.url)), { serialization: 'advanced' })
  const { id } = await helloOf(shown.url)
  visitor.send({ base: shown.url, id })
  await once(visitor, 'message')
  const taken = []
  const watching = broker.inspections$.subscribe(({ type, event, snapshot }) => {
    if (type !== '@xstate.snapshot' || !event.reading) return
    const { provider } = snapshot.context
    taken.push({ key: `inference:${provider} ${snapshot.value}`, at: process.hrtime.bigint() })
  })
  for (let reading = 0; reading < READINGS; reading += 1) {
    await broker.position()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  watching.unsubscribe()
  visitor.send('done')
  const [arrived] = await once(visitor, 'message')
  visitor.kill()
  await shown.close()
  await broker.close()
  const ms = (some) => some.map(({ key, at }) => ({ key, at: Number(at) / 1e6 }))
  return delaysBetween(ms(taken), ms(arrived))
}

/** From a transition to its row, painted. Empty where there is no browser. */
async function paintedDelays() {
  const broker = await openBroker(busyChain(SUB_ACCOUNTS), { intervalMs: 60_000 })
  const shown = await createVisualizer(broker, { dryRun: true })
  await broker.position()
  const page = await openPage(shown.url)
  try {
    if (!page) return []
    const painted = await watchRows(page, SUB_ACCOUNTS)
    const taken = []
    const watching = broker.inspections$.subscribe(({ type, event, snapshot }) => {
      if (type !== '@xstate.snapshot' || !event.reading) return
      const at = performance.timeOrigin + performance.now()
      taken.push({ key: `inference:${snapshot.context.provider} ${snapshot.value}`, at })
    })
    for (let reading = 0; reading < PAINTED_READINGS; reading += 1) {
      await broker.position()
      await new Promise((resolve) => setTimeout(resolve, PAINTED_EVERY_MS))
    }
    watching.unsubscribe()
    return delaysBetween(taken, await painted())
  } finally {
    await page?.[Symbol.asyncDispose]()
    await shown.close()
    await broker.close()
  }
}

/** The last of that kind before it came: there is one at each reading at most. */
function delaysBetween(taken, arrived) {
  return arrived.flatMap(({ key, at }) => {
    const from = taken.findLast((one) => one.key === key && one.at <= at)
    return from ? [at - from.at] : []
  })
}

async function memoryOfAnHour() {
  const broker = await openBroker(busyChain(SUB_ACCOUNTS), { intervalMs: 60_000 })
  await broker.position()
  const before = used()
  const shown = await createVisualizer(broker, { dryRun: true })
  for (let reading = 0; reading < HOUR; reading += 1) await broker.position()
  const bytes = used() - before
  const started = performance.now()
  const { history, size } = await helloOf(shown.url)
  const hello = performance.now() - started
  await shown.close()
  await broker.close()
  return { bytes, hello, entries: history.length, historyBytes: size }
}

async function helloOf(url) {
  const text = await (await fetch(`${url}api/hello`)).text()
  return { ...JSON.parse(text), size: text.length }
}

function used() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
