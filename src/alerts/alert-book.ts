import type { Alert, Finding, Notification, Severity } from './alert.types.ts'

/** What one rule found about a wallet at a moment: null leaves its alerts as they are. */
export type RuleResult = { alertname: Alert['labels']['alertname']; forMs: number; found: readonly Found[] | null }
/** A finding with its labels. */
export type Found = Omit<Finding, 'provider' | 'service' | 'transaction'> & Pick<Alert, 'fingerprint' | 'labels'>

/** What a receiver got last about an alert. An unsure delivery was begun by a process that did not see its end. */
export type Delivered = { status: 'firing' | 'resolved'; severity: Severity; at: number; isSure: boolean }

/** An alert that fires or fired, and what receivers got of it. */
export type AlertRecord = { alert: Alert; delivered: Record<string, Delivered> }

export type AlertBookOptions = {
  repeatMs: number
  /** A firing alert whose delivery is unsure is sent again after this. */
  unsureMs: number
  /** A condition must be gone for this long: one that comes and goes does not resolve and fire again. */
  goneMs: number
}

/** All alerts of one broker, or of a fleet: which fire since when, and what each receiver is still to get. Pure; time is passed in. */
export type AlertBook = {
  /** Takes what the rules found about a wallet. Returns which alerts began to fire, and which ended. */
  update(wallet: string, results: readonly RuleResult[], now: number): { fired: Alert[]; resolved: Alert[] }
  /** Drops what other rules found about a wallet: another process tells of it from now on. Returns whether there was anything. */
  forget(wallet: string, but: Alert['labels']['alertname']): boolean
  firing(): Alert[]
  /** Rules of which an alert about this wallet fires. */
  firingOf(wallet: string): ReadonlySet<string>
  /** Wallets of which there is an alert. */
  wallets(): ReadonlySet<string>
  /** What the receiver is to get now, and the note that it got it. */
  due(receiver: string, now: number): Notification[]
  /** Notes what a receiver got, or is about to. Returns the notes that were there before. */
  note(receiver: string, notifications: readonly Notification[], at: number, isSure: boolean): () => void
  /** Forgets resolved alerts of which every receiver got all that it is due. */
  sweep(receivers: readonly string[], now: number): void
  records(): AlertRecord[]
}

type Pending = { since: number } & Pick<Alert, 'labels'>

const RANK = { info: 0, warning: 1, critical: 2 } satisfies Record<Severity, number>

export function createAlertBook(options: AlertBookOptions, stored: readonly AlertRecord[] = []): AlertBook {
  const { repeatMs, unsureMs, goneMs } = options
  const records = new Map(stored.map((record) => [record.alert.fingerprint, record]))
  /** When the condition of an alert that does not fire yet was seen first. */
  const pending = new Map<string, Pending>()
  /** When the condition of a firing alert was missed first. */
  const missing = new Map<string, number>()

  return {
    update(wallet, results, now) {
      const fired: Alert[] = []
      const resolved: Alert[] = []
      /** What each rule that could tell has found. */
      const present = new Map<string, ReadonlySet<string>>()
      for (const { alertname, forMs, found } of results) {
        if (found === null) continue
        present.set(alertname, new Set(found.map(({ fingerprint }) => fingerprint)))
        for (const one of found) {
          missing.delete(one.fingerprint)
          const alert = see(one, now, forMs)
          if (alert) fired.push(alert)
        }
      }
      const isGone = ({ labels }: Pick<Alert, 'labels'>, fingerprint: string): boolean =>
        labels.wallet === wallet && present.get(labels.alertname)?.has(fingerprint) === false
      for (const [fingerprint, { alert }] of records) {
        const ended = alert.endsAt === null && isGone(alert, fingerprint) ? miss(fingerprint, alert, now) : null
        if (ended) resolved.push(ended)
      }
      for (const [fingerprint, one] of pending) if (isGone(one, fingerprint)) pending.delete(fingerprint)
      return { fired, resolved }
    },
    forget(wallet, but) {
      const before = records.size
      const isDropped = ({ labels }: Pick<Alert, 'labels'>): boolean =>
        labels.wallet === wallet && labels.alertname !== but
      for (const [fingerprint, { alert }] of records) if (isDropped(alert)) records.delete(fingerprint)
      for (const [fingerprint, one] of pending) if (isDropped(one)) pending.delete(fingerprint)
      return records.size < before
    },
    firing,
    firingOf: (wallet) => new Set(firing().flatMap(({ labels }) => (labels.wallet === wallet ? labels.alertname : []))),
    wallets: () => new Set([...records.values()].map(({ alert }) => alert.labels.wallet)),
    due: (receiver, now) => [...records.values()].flatMap((record) => dueOf(record, receiver, now) ?? []),
    note(receiver, notifications, at, isSure) {
      const before = notifications.flatMap(({ alert }) => {
        const record = records.get(alert.fingerprint)
        return record ? [{ record, delivered: record.delivered[receiver] }] : []
      })
      for (const { alert, status } of notifications) {
        const record = records.get(alert.fingerprint)
        if (record) record.delivered[receiver] = { status, severity: alert.severity, at, isSure }
      }
      return () => {
        for (const { record, delivered } of before)
          if (delivered) record.delivered[receiver] = delivered
          else delete record.delivered[receiver]
      }
    },
    sweep(receivers, now) {
      for (const [fingerprint, record] of records) {
        const isOpen =
          record.alert.endsAt === null ||
          receivers.some((one) => dueOf(record, one, now) !== null || record.delivered[one]?.isSure === false)
        if (!isOpen) records.delete(fingerprint)
      }
    },
    records: () => [...records.values()],
  }

  function firing(): Alert[] {
    return [...records.values()].map(({ alert }) => alert).filter(({ endsAt }) => endsAt === null)
  }

  /** The alert, if it begins to fire now. */
  function see({ fingerprint, labels, ...texts }: Found, now: number, forMs: number): Alert | null {
    const record = records.get(fingerprint)
    if (record) {
      const wasOver = record.alert.endsAt !== null
      // What comes back before its end was delivered everywhere goes on.
      record.alert = { fingerprint, labels, ...texts, startsAt: record.alert.startsAt, endsAt: null }
      return wasOver ? record.alert : null
    }
    const since = Math.min(pending.get(fingerprint)?.since ?? now, now)
    pending.set(fingerprint, { since, labels })
    if (now - since < forMs) return null
    pending.delete(fingerprint)
    const alert: Alert = { fingerprint, labels, ...texts, startsAt: since, endsAt: null }
    records.set(fingerprint, { alert, delivered: {} })
    return alert
  }

  /** The alert, if it ends now. */
  function miss(fingerprint: string, alert: Alert, now: number): Alert | null {
    const since = Math.min(missing.get(fingerprint) ?? now, now)
    missing.set(fingerprint, since)
    if (now - since < goneMs) return null
    missing.delete(fingerprint)
    const ended = { ...alert, endsAt: since }
    const record = records.get(fingerprint)
    if (record) record.alert = ended
    return ended
  }

  function dueOf({ alert, delivered }: AlertRecord, receiver: string, now: number): Notification | null {
    const last = delivered[receiver]
    const wasFiring = last?.status === 'firing'
    // An alert that ended before its receiver heard of it is no news.
    if (alert.endsAt !== null) return wasFiring ? { status: 'resolved', isRepeat: false, alert } : null
    if (!wasFiring || RANK[alert.severity] > RANK[last.severity]) return { status: 'firing', isRepeat: false, alert }
    return now - last.at >= (last.isSure ? repeatMs : Math.min(unsureMs, repeatMs))
      ? { status: 'firing', isRepeat: true, alert }
      : null
  }
}
