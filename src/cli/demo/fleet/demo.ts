import { randomBytes, randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEther } from 'ethers'
import { AbortedError } from '../../../index.ts'
import { startFleetChain, type FleetChain, type Movement } from '../../../local/fleet-chain.ts'
import { startLocalPostgres } from '../../../local/postgres.ts'
import { TEST_PHRASE } from '../../../local/wallets.ts'
import { faultsOf, type Books } from './verdict.ts'
import { startWorker, type Worker } from './worker.ts'

export type FleetDemoOptions = {
  wallets: number
  signal: AbortSignal
  /** Told what happens, in words. */
  say: (text: string) => void
}

/** What was needed and what was paid, by the chain's own blocks. */
export type FleetOutcome = Books & {
  wallets: number
  providers: number
  rounds: number
  /** Milliseconds from the kill until the other process had every wallet. */
  takeoverMs: number
  leaseMs: number
  faults: string[]
}

const PROVIDERS = 2
const ROUNDS = 3
/** In this one a worker is killed. */
const KILL_IN = 1
const LEASE_MS = 3_000
const INTERVAL_MS = 1_000
/** What auto-funding keeps in each sub-account: its trigger, and its target. */
const LEVEL = parseEther('2')
const LOOK_MS = 250
const LONGEST_MS = 300_000

/** Two worker processes share the wallets, and one of them is killed while it pays. */
export async function runFleetDemo({ wallets, signal, say }: FleetDemoOptions): Promise<FleetOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'og-ledger-fleet-'))
  /** What ends what was begun, in the order in which it was begun. */
  const ends: (() => Promise<void> | void)[] = [() => rm(folder, { recursive: true, force: true })]
  // The database's package ends the process at Ctrl-C.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  try {
    const postgres = await startLocalPostgres()
    ends.push(postgres.stop)
    say('A Postgres server runs.')
    const chain = await startFleetChain({ wallets, providers: PROVIDERS, funds: LEVEL })
    ends.push(chain.stop)
    say(`A local chain runs, and ${wallets} wallets have a ledger and ${PROVIDERS} sub-accounts each.`)
    const start = await workersOn(chain, { folder, database: postgres.url })
    const half = Math.ceil(wallets / 2)
    const first = start('worker-1', half)
    ends.push(first.kill)
    // The other one would take them all, if it were sooner.
    await waiterOf({ signal, workers: [first] })(() => first.owned() === half)
    const second = start('worker-2', wallets)
    ends.push(second.kill)
    const workers = [first, second] as const
    const wait = waiterOf({ signal, workers })
    await wait(() => second.owned() === wallets - half)
    say(`${workers.map((one) => `${one.name} has ${one.owned()} wallets`).join(', and ')}.`)
    return await play(chain, { workers, wait, say })
  } finally {
    for (const end of ends.toReversed()) await end()
  }
}

type Wait = (isSo: () => boolean | Promise<boolean>) => Promise<void>
type Play = { workers: readonly [Worker, Worker]; wait: Wait; say: (text: string) => void }

async function play(chain: FleetChain, { workers, wait, say }: Play): Promise<FleetOutcome> {
  const [first, second] = workers
  const wallets = chain.wallets.length
  const begin = (await chain.head()) + 1
  const needed: Movement[] = []
  let takeoverMs = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const charges = chargesFor(chain)
    const sent = first.sent()
    needed.push(...charges)
    await chain.charge(charges)
    say(
      `Round ${round + 1}: every provider has charged every wallet, which leaves too little in ${charges.length} sub-accounts.`,
    )
    if (round === KILL_IN) {
      await wait(() => first.sent() > sent)
      first.kill()
      const killedAt = performance.now()
      say(`${first.name} is killed while it pays.`)
      await wait(() => second.owned() === wallets)
      takeoverMs = Math.round(performance.now() - killedAt)
      say(
        `${second.name} has all ${wallets} wallets ${(takeoverMs / 1_000).toFixed(1)} s later; a lease is ${LEASE_MS / 1_000} s.`,
      )
    }
    await wait(async () => (await chain.available()).every(({ amount }) => amount >= LEVEL))
    say(`Round ${round + 1}: every sub-account has enough again.`)
  }
  await second.end()
  const books: Books = { level: LEVEL, needed, paid: await chain.transfers(begin), available: await chain.available() }
  return {
    ...books,
    wallets,
    providers: PROVIDERS,
    rounds: ROUNDS,
    takeoverMs,
    leaseMs: LEASE_MS,
    faults: faultsOf(books),
  }
}

/** From 0.5 to 1.5 OG, each another amount. */
function chargesFor({ wallets, providers }: FleetChain): Movement[] {
  const amount = () => parseEther('0.5') + BigInt(randomInt(1_000_000_000)) * 10n ** 9n
  return wallets.flatMap((wallet) => providers.map((provider) => ({ wallet, provider, amount: amount() })))
}

type WorkerPlace = { folder: string; database: string }

async function workersOn({ anvil, network, providers, range }: FleetChain, { folder, database }: WorkerPlace) {
  const { chainId, ledger, inference } = network
  const config = (capacity: number) => ({
    network: { chainId: Number(chainId), ledger, inference },
    intervalMs: INTERVAL_MS,
    leaseMs: LEASE_MS,
    capacity,
    wallets: { mnemonic: { env: 'FLEET_DEMO_PHRASE' }, ...range },
    policies: [
      {
        wallets: '*',
        // It pays exactly what is missing, so that a second payment would show.
        defaults: { target: 2, minTopUp: '0', unsettledFee: false, firstDay: 'off', anomaly: 'off', cooldownMs: 0 },
        providers: providers.map((provider) => ({ provider })),
      },
    ],
  })
  const files = new Map<number, string>()
  const write = async (capacity: number): Promise<void> => {
    const file = join(folder, `fleet-${capacity}-${randomBytes(3).toString('hex')}.json`)
    await writeFile(file, JSON.stringify(config(capacity)))
    files.set(capacity, file)
  }
  const count = range.to - range.from + 1
  for (const capacity of new Set([Math.ceil(count / 2), count])) await write(capacity)
  return (name: string, capacity: number): Worker =>
    startWorker({
      name,
      args: ['--config', files.get(capacity) ?? '', '--database', 'FLEET_DEMO_DATABASE', '--rpc-url', anvil.url],
      env: { FLEET_DEMO_DATABASE: database, FLEET_DEMO_PHRASE: TEST_PHRASE, XDG_STATE_HOME: folder },
    })
}

/** Looks until something is so; a worker that ends by itself, an abort and a long time end the wait. */
function waiterOf({ signal, workers }: { signal: AbortSignal; workers: readonly Worker[] }): Wait {
  const failed = Promise.race(workers.map((one) => one.failed))
  failed.catch(() => undefined)
  return async (isSo) => {
    const endsAt = performance.now() + LONGEST_MS
    while (!(await Promise.race([isSo(), failed]))) {
      if (signal.aborted) throw new AbortedError('The demo was ended.')
      if (performance.now() > endsAt) throw new Error(`Nothing has changed within ${LONGEST_MS / 1_000} s.`)
      await Promise.race([sleep(LOOK_MS), failed])
    }
  }
}
