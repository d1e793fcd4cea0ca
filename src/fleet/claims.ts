import type { Leases, Logger } from '../index.ts'
import type { Clock } from '../base/clock.ts'
import type { WalletState } from './fleet.types.ts'
import type { Seat } from './seat.ts'

/** A wallet whose lease has ended is opened within two of these. */
const EVERY_MS = 1_000
/** The store's list of all leases is for people: it is read less often. */
const LIST_EVERY = 10
const OWNED: ReadonlySet<WalletState> = new Set(['opening', 'open', 'closing'])

export type ClaimsOptions = {
  leases: Leases
  chainId: bigint
  genesis: string | undefined
  capacity: number
  seats: () => readonly Seat[]
  clock: Clock
  logger: Logger
}

/** Claims the leases of wallets, up to a capacity, for as long as it runs. */
export type Claims = {
  /** Claims now, and from then on. Resolves once what was claimed is open. */
  start(): Promise<void>
  stop(): Promise<void>
}

export function createClaims(options: ClaimsOptions): Claims {
  const { leases, chainId, genesis, capacity, seats, clock, logger } = options
  let isOver = false
  let rounds = 0
  let isSilent = false
  let cancel: () => void = () => undefined
  let running: Promise<void> = Promise.resolve()

  return {
    start: run,
    async stop() {
      isOver = true
      cancel()
      await running
    },
  }

  function run(): Promise<void> {
    running = round().finally(() => {
      if (!isOver) cancel = clock.after(EVERY_MS, () => void run())
    })
    return running
  }

  async function round(): Promise<void> {
    try {
      await claim()
      if (rounds % LIST_EVERY === 0) await list()
      rounds += 1
      isSilent = false
    } catch (error) {
      if (!isSilent) logger.warn({ err: error }, 'leases could not be claimed; the fleet tries on')
      isSilent = true
    }
  }

  async function claim(): Promise<void> {
    const claimable = seats().filter((seat) => seat.isClaimable())
    const owned = seats().filter((seat) => OWNED.has(seat.view().state)).length
    const atMost = Math.min(capacity - owned, claimable.length)
    if (atMost <= 0) return
    const wallets = claimable.map(({ wallet }) => wallet)
    const journals = await leases.claim({ chainId, genesis, wallets, atMost })
    const byWallet = new Map(claimable.map((seat) => [seat.wallet.toLowerCase(), seat]))
    await Promise.all(
      journals.map(async (journal) => {
        const seat = byWallet.get(journal.wallet.toLowerCase())
        // The wallet may have been removed, or the fleet closed, since the claim began.
        if (isOver || !seat?.isClaimable()) await journal.close()
        else await seat.open(journal)
      }),
    )
  }

  async function list(): Promise<void> {
    if (seats().every((seat) => OWNED.has(seat.view().state))) return
    const known = new Map((await leases.list(chainId)).map((lease) => [lease.wallet.toLowerCase(), lease]))
    for (const seat of seats()) {
      const found = known.get(seat.wallet.toLowerCase())
      seat.seeLease(found?.holder == null ? null : { holder: found.holder, epoch: found.epoch })
    }
  }
}
