import { setTimeout as sleep } from 'node:timers/promises'
import { toBeHex } from 'ethers'
import { createClaims } from '../../dist/src/fleet/claims.js'
import { migrate, postgresLeases } from '../../dist/src/postgres/index.js'
import { startPostgres } from '../postgres.mjs'

const WALLETS = 10_000
const MACHINES = 20
const CAPACITY = 600
const DYING = 2
const LEASE_MS = 15_000
const CHAIN_ID = 31337n
/** So long nothing happens but heartbeats and the search for free wallets. */
const QUIET_MS = 15_000
const PAYMENTS = 2_000

const clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(() => callback(), ms)
    return () => clearTimeout(timer)
  },
}
const nothing = () => undefined
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/**
 * Ten thousand wallets on twenty machines with one Postgres, of which two machines die: what their leases and journals cost. The machines
 * are in one process and their chain is simulated: a wallet that is open appends what a payment appends.
 */
export async function fleetMachines() {
  const postgres = await startPostgres()
  try {
    await migrate({ pool: postgres.pool(1) })
    const wallets = Array.from({ length: WALLETS }, (_, at) => toBeHex(at + 1, 20))
    const machines = Array.from({ length: MACHINES }, (_, at) =>
      createMachine(`machine ${at}`, wallets, postgres.pool(2)),
    )
    const began = Date.now()
    await Promise.all(machines.map(({ claims }) => claims.start()))
    await untilAllOwned(machines)
    const claimedMs = Date.now() - began

    const quiet = await cpuDuring(postgres, () => sleep(QUIET_MS))
    const paid = await cpuDuring(postgres, () => pay(machines))
    const dying = machines.slice(0, DYING)
    const orphans = dying.reduce((sum, { open }) => sum + open.size, 0)
    const died = Date.now()
    await Promise.all(dying.map(({ die }) => die()))
    await untilAllOwned(machines.slice(DYING))
    const takeoverMs = Date.now() - died
    const owners = ownersOf(machines.slice(DYING))
    await Promise.all(machines.slice(DYING).map(({ stop }) => stop()))

    const row = (name, ours, digits, note) => ({
      name: `${WALLETS} wallets, ${MACHINES} machines: ${name}`,
      reference: null,
      ours,
      digits,
      note,
    })
    return {
      rows: [
        row('s until all are claimed', claimedMs / 1_000, 1),
        row('% of a core of Postgres, at rest', quiet.share, 1, `leases of ${LEASE_MS / 1_000} s`),
        row(
          'ms of CPU of Postgres a payment',
          paid.cpuMs === null ? null : paid.cpuMs / PAYMENTS,
          2,
          'two records, each synced to the disk',
        ),
        row(
          `s until ${orphans} wallets of ${DYING} dead machines are owned again`,
          takeoverMs / 1_000,
          1,
          `lease of ${LEASE_MS / 1_000} s; ${owners.twice} owned by two`,
        ),
      ],
      details: { claimedMs, quiet, paid, orphans, takeoverMs, owners },
    }
  } finally {
    await postgres.stop()
  }
}

function createMachine(holder, wallets, pool) {
  const leases = postgresLeases({ pool, holder, leaseMs: LEASE_MS })
  const open = new Map()
  let isOver = false
  const seats = wallets.map((wallet) => seatOf(wallet))
  const claims = createClaims({
    leases,
    chainId: CHAIN_ID,
    genesis: undefined,
    capacity: CAPACITY,
    seats: () => seats,
    clock,
    logger,
  })
  return {
    open,
    claims,
    /** As a machine that loses its power: its connections end, and nothing is handed back. */
    async die() {
      isOver = true
      await pool.end()
      await claims.stop()
      await leases.close()
      open.clear()
    },
    async stop() {
      isOver = true
      await claims.stop()
      await leases.close()
    },
  }

  function seatOf(wallet) {
    let state = 'free'
    return {
      wallet,
      view: () => ({ state }),
      isClaimable: () => !isOver && (state === 'free' || state === 'foreign'),
      async open(journal) {
        state = 'opening'
        try {
          await journal.load()
        } catch {
          state = 'free'
          return journal.close()
        }
        state = 'open'
        open.set(wallet, journal)
        journal.lost.addEventListener('abort', () => {
          state = 'free'
          open.delete(wallet)
        })
      },
      seeLease(lease) {
        if (state === 'free' || state === 'foreign') state = lease ? 'foreign' : 'free'
      },
    }
  }
}

async function untilAllOwned(machines) {
  while (ownersOf(machines).count < WALLETS) await sleep(50)
}

function ownersOf(machines) {
  const all = machines.flatMap(({ open }) => [...open.keys()])
  const count = new Set(all).size
  return { count, twice: all.length - count }
}

/** What a payment appends: the signed transaction before it is sent, and its receipt. */
async function pay(machines) {
  const journals = machines.flatMap(({ open }) => [...open.values()]).slice(0, PAYMENTS)
  const turns = Array.from({ length: 40 }, (_, first) => async () => {
    for (let at = first; at < journals.length; at += 40)
      for (const record of recordsOf(at)) await journals[at].append(record)
  })
  await Promise.all(turns.map((turn) => turn()))
}

function recordsOf(at) {
  const hash = toBeHex(at + 1, 32)
  const call = { contract: 'ledger', method: 'transferFund', args: [toBeHex(7, 20), 'inference-v1.0', 10n ** 18n] }
  const touches = [{ provider: toBeHex(7, 20), serviceType: 'inference' }]
  const intent = { call, subAccount: touches[0], touches, decidedAt: 1, amount: 10n ** 18n, fromLedger: 10n ** 18n }
  const fees = { maxFeePerGas: 30n, maxPriorityFeePerGas: 10n }
  const signed = { raw: `0x${'ab'.repeat(250)}`, hash }
  return [
    { type: 'prepared', id: `0-${at}`, intent, nonce: 0, gasLimit: 200_000n, fees, signed, at: Date.now() },
    { type: 'mined', id: `0-${at}`, hash, blockNumber: 9, status: 1 },
  ]
}

async function cpuDuring(postgres, work) {
  const [before, began] = [await postgres.cpuMs(), Date.now()]
  await work()
  const after = await postgres.cpuMs()
  const elapsedMs = Date.now() - began
  const cpuMs = before === null || after === null ? null : after - before
  return { cpuMs, elapsedMs, share: cpuMs === null ? null : (100 * cpuMs) / elapsedMs }
}
