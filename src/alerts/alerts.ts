import { steadyClock, systemClock, type Clock } from '../base/clock.ts'
import { InvalidInputError } from '../base/errors.ts'
import { safeLogger } from '../base/logger.ts'
import { createSerialQueue } from '../base/serial.ts'
import { createAlertBook, type Found, type RuleResult } from './alert-book.ts'
import type { Alert, Finding, Labels, RuleName } from './alert.types.ts'
import { checkAlertsOptions, type AlertsOptions, type RuleTerms } from './alert-options.ts'
import { createDispatcher } from './dispatcher.ts'
import { fingerprintOf } from './fingerprint.ts'
import { plannedOf, situationOf, UNPLANNED, type Planned, type Situation } from './situation.ts'
import { decodeRecords, encodeRecords } from './stored-records.ts'
import { watchedOf, type AlertsSource, type WatchedWallet } from './watched.ts'

/** How often rules are looked at while no reading comes. */
const TICK_MS = 5_000
/** A firing alert whose delivery a killed process did not see the end of is sent again after this. */
const UNSURE_MS = 15 * 60_000
/** A condition must be gone for this long before its alert is resolved. */
const GONE_MS = 60_000
/** Closing waits so long for a delivery under way. */
const CLOSING_MS = 3_000

/** The alerts of one broker, or of a fleet. */
export type Alerts = {
  /** Alerts that fire now, as receivers get them. */
  firing(): Alert[]
  /** How many alerts of each rule began to fire since this was made, for metrics. */
  counts(): Readonly<Record<RuleName, number>>
  /** Sends nothing more; what fires stays stored, and goes on in the next run. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Watches a broker, or all wallets of a fleet, and tells receivers when a person should look: an alert fires once, is repeated while it
 * holds, and is resolved once. It keeps positions coming, reads nothing of its own, and never delays a reading or a payment. It ends when
 * the broker or the fleet closes. What another process of the fleet sends for, that process tells of.
 *
 * @example
 * await using alerts = await createAlerts(broker, { to: [slack(url)], state: fileAlertState(path) })
 *
 * @throws InvalidInputError for an option that cannot work, and for a state that is no state of alerts
 */
export async function createAlerts(source: AlertsSource, options: AlertsOptions): Promise<Alerts> {
  return openAlerts(source, options, steadyClock(systemClock))
}

/** The same with another clock, for tests. */
export async function openAlerts(source: AlertsSource, options: AlertsOptions, clock: Clock): Promise<Alerts> {
  const { terms, repeatMs } = checkAlertsOptions(options)
  const { to: receivers, state } = options
  const logger = safeLogger(options.logger)
  const watched = watchedOf(source)
  const { network } = watched
  const stored = (await state?.load()) ?? null
  const records = stored === null ? [] : decodeRecords(stored, clock.now())
  if (!records)
    throw new InvalidInputError('The state of alerts cannot be read.', {
      do: 'remove it: what fires is then sent anew',
    })
  const book = createAlertBook({ repeatMs, unsureMs: UNSURE_MS, goneMs: GONE_MS }, records)
  const ids = receivers.map(({ id }) => id)
  const inTurn = createSerialQueue()
  const dispatchers = receivers.map((one) => createDispatcher(one, { book, save, clock, logger }))
  const counts = Object.fromEntries(terms.map(({ rule }) => [rule.name, 0])) as Record<RuleName, number>
  /** What the newest plan of each wallet says. */
  const plans = new Map<string, Planned>()
  let written = stored
  let cancelTick = (): void => undefined
  let closing: Promise<void> | null = null

  const subscription = watched.plan$.subscribe({
    next(plan) {
      const wallet = plan.position.wallet.address
      const one = watched.planned(wallet)
      if (!one) return
      evaluate(() => {
        if (one.broker) plans.set(wallet, plannedOf(one.broker, plan))
        return [one]
      })
    },
    complete: () => void close(),
  })
  tick()

  return { firing: book.firing, counts: () => ({ ...counts }), close, [Symbol.asyncDispose]: close }

  function tick(): void {
    if (closing) return
    cancelTick = clock.after(TICK_MS, tick, { idle: true })
    evaluate(() => {
      const present = watched.wallets()
      forgetAllBut(present)
      return present
    })
  }

  /** Never throws: what goes wrong here must not end the readings. */
  function evaluate(wallets: () => readonly WatchedWallet[]): void {
    try {
      let hasChanged = false
      for (const one of wallets()) hasChanged = look(one) || hasChanged
      if (hasChanged) void save()
      for (const dispatcher of dispatchers) dispatcher.wake()
    } catch (error) {
      logger.error({ reason: error instanceof Error ? error.name : 'unknown' }, 'alert.failed')
    }
  }

  /** Returns whether what is stored of the wallet has changed. */
  function look(one: WatchedWallet): boolean {
    const { wallet, seat } = one
    if (!one.broker) plans.delete(wallet)
    // Another process tells of all the rest from now on, and of how it ends.
    const hasForgotten = seat?.state === 'foreign' && book.forget(wallet, 'lease-lost')
    const planned = plans.get(wallet) ?? UNPLANNED
    const situation = situationOf(one, { network, planned, firing: book.firingOf(wallet) })
    return report(book.update(wallet, resultsOf(terms, situation), clock.now())) || hasForgotten
  }

  /** What is in the book of wallets that are not watched any more has ended. */
  function forgetAllBut(present: readonly WatchedWallet[]): void {
    const known = new Set(present.map(({ wallet }) => wallet))
    const none = terms.map(({ rule }): RuleResult => ({ alertname: rule.name, forMs: 0, found: [] }))
    for (const wallet of book.wallets())
      if (!known.has(wallet) && report(book.update(wallet, none, clock.now()))) void save()
    for (const wallet of plans.keys()) if (!known.has(wallet)) plans.delete(wallet)
  }

  function report({ fired, resolved }: { fired: readonly Alert[]; resolved: readonly Alert[] }): boolean {
    for (const alert of fired) {
      counts[alert.labels.alertname as RuleName] += 1
      logger.warn(detailsOf(alert), 'alert.firing')
    }
    for (const alert of resolved) logger.info(detailsOf(alert), 'alert.resolved')
    return fired.length + resolved.length > 0
  }

  /** Never rejects: an alert that cannot be recorded must be sent all the same. */
  function save(): Promise<void> {
    return inTurn(async () => {
      book.sweep(ids, clock.now())
      const text = encodeRecords(book.records())
      if (!state || text === written) return
      await state.save(text)
      written = text
    }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.name : 'unknown'
      const code = (error as NodeJS.ErrnoException | null)?.code
      logger.error({ reason: code ?? reason }, 'alert.unsaved')
    })
  }

  function close(): Promise<void> {
    closing ??= (async () => {
      subscription.unsubscribe()
      cancelTick()
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.close(CLOSING_MS)))
      await save()
    })()
    return closing
  }
}

/** What each rule finds. A rule that is off finds nothing, which resolves what fired under it. */
function resultsOf(all: readonly RuleTerms[], situation: Situation): RuleResult[] {
  return all.map(({ rule, terms }) => {
    const findings = terms ? rule.find(situation, terms) : []
    const found = findings && findings.map((one) => foundOf(one, rule.name, situation))
    return { alertname: rule.name, forMs: (terms?.forSeconds ?? 0) * 1_000, found }
  })
}

function foundOf(finding: Finding, alertname: RuleName, { network, wallet }: Situation): Found {
  const { provider, service, transaction, ...texts } = finding
  const labels: Labels = {
    alertname,
    network,
    wallet,
    ...(provider !== undefined && { provider }),
    ...(service !== undefined && { service }),
    ...(transaction !== undefined && { transaction }),
  }
  return { ...texts, labels, fingerprint: fingerprintOf(labels) }
}

function detailsOf({ labels, severity, summary, fingerprint }: Alert) {
  return { alert: labels.alertname, severity, summary, fingerprint, ...labels }
}
