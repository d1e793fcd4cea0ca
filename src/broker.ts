import type { ServiceType } from '../machines/position.types.ts'
import { systemClock, type Clock } from './base/clock.ts'
import { AbortedError } from './base/errors.ts'
import { silent } from './base/logger.ts'
import { keyOf } from './base/sub-account-key.ts'
import type { Broker, BrokerOptions } from './broker.types.ts'
import { toAddress } from './chain/address.ts'
import { connectChain, type Connected, type Connection } from './chain/connect.ts'
import { DEFAULT_MIN_LOCKED_BALANCE } from './chain/networks.ts'
import { resolveService } from './chain/service-name.ts'
import { closingPlanOf } from './closing/plan.ts'
import { createEngine, type Engine, type EngineOptions } from './engine.ts'
import { checkAutoClaim } from './funding/browser.ts'
import { checkIntervalMs } from './funding/config.ts'
import { forecastOf } from './funding/forecast.ts'
import { LedgerManager } from './ledger-manager.ts'
import { ServiceManager } from './service-manager.ts'
import { defaultJournal } from './transactions/default-journal.ts'
import { fromLedger } from './transactions/in-flight.ts'

const DEFAULT_INTERVAL_MS = 30_000

/**
 * Connects to a wallet's 0G Compute ledger.
 *
 * @example
 * const broker = await createBroker({ signer: new Wallet(key, new JsonRpcProvider(url)) })
 * await broker.ledger.depositFund('10')
 * broker.inference.startAutoFunding(provider)
 *
 * @throws InvalidInputError for an unknown chain, wrong addresses or nonsense in the options
 * @throws ReadError when the chain cannot be read
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  checkIntervalMs(options.intervalMs ?? DEFAULT_INTERVAL_MS)
  if (options.autoClaim) checkAutoClaim()
  if (options.signal?.aborted) throw abortedBeforeOpen()
  return openBroker(connectChain(options, options.network), options)
}

/** A broker on a chain that is connected already, or is being connected. */
export async function openBroker(
  connecting: Connected | Promise<Connected>,
  options: Omit<BrokerOptions, keyof Connection | 'network'> & { clock?: Clock },
): Promise<Broker> {
  const { intervalMs = DEFAULT_INTERVAL_MS, logger = silent, clock = systemClock, signal } = options
  checkIntervalMs(intervalMs)
  const [chain, streams] = await Promise.all([connecting, import('./streams/streams.ts')])
  const { chainId, wallet, genesis } = chain
  const journal =
    chain.transactions && (options.journal ?? (await defaultJournal({ chainId, wallet, genesis, logger })))
  const minLockedBalance = chain.network.minLockedBalance ?? DEFAULT_MIN_LOCKED_BALANCE
  const engine = createEngine({ ...options, chain, streams, journal, intervalMs, minLockedBalance, clock, logger })
  const close = closeOnce(engine, { signal, logger })
  const broker = brokerOn(engine, { chain, minLockedBalance, clock, logger, close })
  // Transactions that an earlier process left open come first. Without its journal the broker reads, and refuses to send.
  await engine.lane?.open().catch((error: unknown) => logger.error({ err: error }, 'nothing can be sent'))
  // The signal may have aborted while the chain was connected or the journal was opened.
  if (signal?.aborted) {
    await close()
    throw abortedBeforeOpen()
  }
  return broker
}

const abortedBeforeOpen = (): AbortedError => new AbortedError('The broker was aborted before it was open.')

/** Closes the engine when it is called or the signal aborts: once, and each caller waits for the same end. */
function closeOnce(
  engine: Engine,
  { signal, logger }: { signal: AbortSignal | undefined } & Pick<EngineOptions, 'logger'>,
): () => Promise<void> {
  let closing: Promise<void> | null = null
  signal?.addEventListener('abort', abort)
  return close

  function close(): Promise<void> {
    signal?.removeEventListener('abort', abort)
    return (closing ??= engine.close())
  }

  function abort(): void {
    close().catch((error: unknown) => logger.error({ err: error }, 'closing failed'))
  }
}

type BrokerParts = Pick<EngineOptions, 'chain' | 'minLockedBalance' | 'clock' | 'logger'> & {
  close: () => Promise<void>
}

/** The public API on an engine. */
function brokerOn(engine: Engine, parts: BrokerParts): Broker {
  const { chain, minLockedBalance, close } = parts
  const { positions, planner, charges, gas, subAccounts, lane, wantOutlook } = engine
  const broker: Broker = {
    wallet: chain.wallet,
    network: chain.network,
    genesis: chain.genesis,
    minLockedBalance,
    rules: chain.rules,
    ledger: ledgerManagerOn(engine, parts),
    inference: serviceManagerOn(engine, 'inference', parts),
    fineTuning: serviceManagerOn(engine, 'fine-tuning', parts),
    positions$: positions.positions$,
    plan$: engine.plan$,
    position: () => positions.fresh(),
    async plan(options) {
      wantOutlook()
      const position = await positions.fresh()
      await Promise.all([charges.learn(position), gas.ask()])
      return planner.plan(position, options)
    },
    planAt(position, options) {
      wantOutlook()
      return planner.plan(position, options)
    },
    async forecast() {
      return broker.forecastAt(await broker.plan({ dryRun: true }))
    },
    forecastAt: (plan) => forecastOf(plan, gas.price ?? 0n),
    async inferenceService(provider) {
      const { url, model } = await chain.readService(toAddress(provider, 'provider'))
      return url === null || model === null ? null : { url, model }
    },
    subAccount: (provider, serviceType) =>
      subAccounts.get(toAddress(provider, 'provider'), resolveService(serviceType, chain.rules).serviceType),
    subAccounts: subAccounts.all,
    transactions: () => lane?.transactions() ?? [],
    transactions$: engine.transactions$,
    inspections$: engine.inspections$,
    async resolveIntent(id, outcome) {
      await engine.requireLane().resolve(id, outcome)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  return broker
}

function ledgerManagerOn(engine: Engine, { chain }: BrokerParts): LedgerManager {
  const { wallet, rules, listLedgers } = chain
  const { positions, locks, submit, funded, gas } = engine
  return new LedgerManager({
    wallet,
    rules,
    read: positions.fresh,
    listLedgers,
    // A transfer by hand waits for the end of a claim: between its two transactions it would count as a part of it.
    submit: (intent, options) => locks.after(intent.touches, () => submit(intent, options)),
    hasAutoFunding: (id) => funded.all().some((account) => keyOf(account.id) === keyOf(id)),
    out: engine.moneyOut,
    actor: engine.ledgerActor,
    closing: engine.closing,
    async closingPlanAt(position) {
      await gas.ask()
      return closingPlanOf(position, rules, gas.price ?? 0n)
    },
  })
}

function serviceManagerOn(engine: Engine, serviceType: ServiceType, parts: BrokerParts): ServiceManager {
  const { chain, minLockedBalance, clock, logger } = parts
  const { positions, locks, submit, lane, closing, funded, planner } = engine
  return new ServiceManager({
    serviceType,
    wallet: chain.wallet,
    rules: chain.rules,
    minLockedBalance,
    clock,
    logger,
    read: positions.fresh,
    submit: (intent, signal) => submit(intent, { signal }),
    inFlightFromLedger: () => fromLedger(lane?.inFlight() ?? []),
    exclusive: locks.exclusive,
    refuseWhileClosing: closing.refuse,
    funded,
    limitsOf: planner.limitsOf,
  })
}
