import { InvalidInputError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Connected, Connection } from '../chain/connect.ts'
import type { TransactionPort } from '../chain/port.ts'
import { createPaying, type Paying, type PayingOptions } from '../funding/paying.ts'
import type { Positions } from '../streams/positions.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Journal } from '../transactions/journal.types.ts'
import type { Lane, LaneOptions } from '../transactions/lane.types.ts'
import { checkLeasedJournal, checkPayerJournal } from '../transactions/leased-journal.ts'
import { pageJournal } from '../transactions/page-journal.ts'
import { joinLane } from '../transactions/shared-lane.ts'
import { SEND_TIMEOUT_MS, SIGN_TIMEOUT_MS, withSigningTimeout } from '../transactions/signer-timeout.ts'
import type { OpenOptions } from './open-options.ts'
import type { Reports } from './reports.ts'
import { journalOf } from './wallet-journal.ts'

// What a broker with a signer is made of, beside what one that only watches is made of.
export { createPaymentCounts } from '../counts/payment-counts.ts'
export { createSendingWatch } from '../events/sending-watch.ts'
export { createClosing } from '../closing/closing.ts'
export { closingPlanOf } from '../closing/plan.ts'
export { createFunding } from '../funding/funding.ts'
export { createServiceCache } from '../provider/service-cache.ts'
export { createRefunds } from '../refunds/refunds.ts'
export { openJournalRepair } from '../transactions/default-repair.ts'
export { closeUnused } from '../transactions/shared-lane.ts'
export * from './planning.ts'
export { createProviderAccess } from './provider-access.ts'
export { startAutoFunding } from '../managers/start-auto-funding.ts'
export { startOrders } from './standing-orders.ts'
export { endpointCallsOn, inferenceCallsOn, ledgerCallsOn, serviceCallsOn } from './sending-calls.ts'

export type SendingOptions = Pick<
  OpenOptions,
  'signerTimeoutMs' | 'maxFeePerGas' | 'gasMark' | 'shared' | 'connectPayer'
> & { chain: Connected }

export type LaneParts = Required<
  Pick<LaneOptions, 'clock' | 'logger' | 'inspected' | 'onOpen' | 'onClosingBegun' | 'onClosingEnded'>
> & { positions: Pick<Positions, 'notBefore' | 'nudge'>; reports: Reports }

/**
 * The journal of a wallet: the caller's, else one that outlives the program, else one of this page alone.
 *
 * @throws InvalidInputError for a lease that does not fit
 */
export async function journalFor(
  chain: Connected,
  { port, given, logger }: { port: TransactionPort; given: Journal | undefined; logger: Logger },
): Promise<{ journal: Journal; isForgetful: boolean }> {
  if (given) checkLeasedJournal(given, { ...chain, signs: port.sign !== null })
  const kept = given ?? (await journalOf(chain, logger))
  return { journal: kept ?? pageJournal(chain), isForgetful: kept === null }
}

/** The wallet's lane, which brokers of one process share. */
export function laneOn(
  { chain, signerTimeoutMs, maxFeePerGas, gasMark, shared }: SendingOptions,
  { positions, reports, clock, logger, inspected, onOpen, onClosingBegun, onClosingEnded }: LaneParts,
  { port, journal }: { port: TransactionPort; journal: Journal },
): { lane: Lane; locks: AccountLocks } {
  const { onChange, onRestored, onAppend } = reports.transactions
  return joinLane(chain, {
    clock,
    logger,
    inspected,
    onOpen,
    onClosingBegun,
    onClosingEnded,
    onChange,
    onRestored,
    onAppend,
    port: withSigningTimeout(port, signerTimeoutMs ?? SIGN_TIMEOUT_MS, clock),
    journal,
    blockTimeMs: chain.blockTimeMs,
    onMined(blockNumber) {
      positions.notBefore(blockNumber)
      positions.nudge()
    },
    onQuiet: positions.nudge,
    maxFeePerGas: maxFeePerGas ?? null,
    sendTimeoutMs: signerTimeoutMs ?? SEND_TIMEOUT_MS,
    gasMark,
    looksLate: shared !== undefined,
  })
}

/** What pays for itself, and how another key that deposits for this wallet is connected. */
export function payingOn(
  { chain, connectPayer, maxFeePerGas, signerTimeoutMs = SIGN_TIMEOUT_MS, gasMark }: SendingOptions,
  parts: PayingOptions,
  { journal, reports }: { journal: Journal; reports: Reports },
): Paying {
  return createPaying(parts, {
    maxFeePerGas: maxFeePerGas ?? null,
    signTimeoutMs: signerTimeoutMs,
    gasMark,
    report: reports.transactions,
    async connectPayer(signer: NonNullable<Connection['signer']>) {
      if (!connectPayer) throw new InvalidInputError('This broker connects no other key.')
      const payer = await connectPayer(signer)
      if (payer.chainId === chain.chainId && payer.genesis === chain.genesis) return payer
      throw new InvalidInputError('The key that deposits is connected to another chain.', {
        chain: String(payer.chainId),
        expected: String(chain.chainId),
      })
    },
    async journalOf(payer) {
      checkPayerJournal(journal, payer.wallet)
      return (await journalOf(payer, parts.logger)) ?? pageJournal(payer)
    },
  })
}
