import type { Block } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import { createCachedQuestion } from '../base/cached-question.ts'
import { AbortedError, InvalidInputError } from '../base/errors.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import type { Connected } from '../chain/connect.ts'
import type { Journal } from '../transactions/journal.types.ts'
import type { Lane, LaneOptions } from '../transactions/lane.types.ts'
import { joinLane } from '../transactions/shared-lane.ts'
import { withSigningTimeout } from '../transactions/signer-timeout.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import type { PayingKey } from './config/auto-deposit-config.ts'
import { laneFactsOf, type DepositPayer } from './deposit-payer.ts'

/** What a treasury needs of the connection of its own key. */
export type PayerConnection = Pick<Connected, 'wallet' | 'chainId' | 'genesis' | 'transactions' | 'blockTimeMs'>

export type TreasuryOptions = {
  /** The wallet whose ledger it fills. */
  wallet: string
  /** Connects a key to the broker's chain. */
  connectPayer: (signer: PayingKey['signer']) => Promise<PayerConnection>
  /** The journal of a key that came without one. */
  journalOf: (connection: PayerConnection) => Promise<Journal>
  positions: { notBefore(block: number): void; nudge(): void }
  /** Hears of its transactions. */
  report: Pick<LaneOptions, 'onChange' | 'onRestored'>
  maxFeePerGas: bigint | null
  /** How long its signer may take, in milliseconds. */
  signTimeoutMs: number
  /** Added to each gas limit of its lane; at random by default. */
  gasMark?: number | undefined
  clock: Clock
  logger: Logger
  inspected: Inspected
}

/** Another wallet that deposits into the ledger, with a lane and a journal of its own. */
export type Treasury = DepositPayer & {
  /** Reads its balance, and checks its receipts at a block. Half a second at most: until it is read, it counts as unread. */
  refresh(block: Block): Promise<void>
  /** Why it could not be read; null where it was. */
  error(): string | null
  /** Why it can send nothing: its journal is locked, damaged, or could not be written. */
  refusal(): Error | null
  transactions(): readonly TransactionActor[]
  close(): Promise<void>
}

export function createTreasury({ signer, journal }: PayingKey, options: TreasuryOptions): Treasury {
  const { wallet, positions, clock, logger } = options
  /** Once its journal is open. */
  let lane: Lane | null = null
  let made: Lane | null = null
  let connecting: Promise<Lane> | null = null
  let readBalance: (() => Promise<bigint>) | null = null
  let balance: bigint | null = null
  let error: string | null = null
  let isClosed = false
  const question = createCachedQuestion<void, Block>({
    query: read,
    goodForMs: () => 0,
    onLate: positions.nudge,
    clock,
  })

  return {
    balance: () => balance,
    exitReserve: () => 0n,
    paysTopUps: false,
    call: (value) => ({ contract: 'ledger', method: 'depositFundFor', args: [wallet], value }),
    ...laneFactsOf(() => lane),
    open,
    submit: async (intent, how) => (lane ?? (await open())).submit(intent, how),
    async refresh(block) {
      // A balance from before may be spent by now.
      balance = null
      await question.refresh(block)
    },
    error: () => error,
    refusal: () => made?.refusal() ?? made?.journalFailure() ?? null,
    transactions: () => lane?.transactions() ?? [],
    async close() {
      isClosed = true
      // A key that is still being connected may never answer: where it does, its lane is closed then.
      await made?.close()
    },
  }

  async function open(): Promise<Lane> {
    const opened = await (connecting ??= connect().catch((reason: unknown) => {
      connecting = null
      throw reason
    }))
    made = opened
    if (isClosed) {
      await opened.close()
      throw new AbortedError('The broker is closed.')
    }
    await opened.open()
    lane = opened
    return opened
  }

  async function connect(): Promise<Lane> {
    const connection = await options.connectPayer(signer)
    const { transactions: port, blockTimeMs } = connection
    if (!port?.sign)
      throw new InvalidInputError('A wallet that deposits by itself signs without a person.', {
        do: 'pass from: new Wallet(key, provider)',
      })
    if (connection.wallet === wallet)
      throw new InvalidInputError("The key that deposits is the wallet's own.", { wallet, do: 'leave from out' })
    readBalance = () => port.balance()
    const { onChange, onRestored = () => undefined } = options.report
    return joinLane(connection, {
      ...options,
      port: withSigningTimeout(port, options.signTimeoutMs, clock),
      journal: journal ?? (await options.journalOf(connection)),
      blockTimeMs,
      onMined(blockNumber) {
        positions.notBefore(blockNumber)
        positions.nudge()
      },
      onQuiet: positions.nudge,
      onChange,
      onRestored,
    }).lane
  }

  async function read({ number, timestamp }: Block): Promise<void> {
    try {
      const opened = await open()
      const found = (await readBalance?.()) ?? null
      await opened.confirm(number, found === null ? undefined : { timestamp, balance: found })
      balance = found
      error = null
    } catch (reason) {
      const message = reason instanceof Error ? reason.message : String(reason)
      // Logged once, not at every reading; it stays in the status.
      if (message !== error) logger.warn({ err: reason }, 'the wallet that deposits could not be read')
      error = message
      throw reason
    }
  }
}
