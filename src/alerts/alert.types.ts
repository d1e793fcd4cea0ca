/** The rules of `createAlerts`, by name. */
export type RuleName =
  | 'ledger-runway'
  | 'gas-low'
  | 'held-and-low'
  | 'stale-reading'
  | 'stuck-transaction'
  | 'unresolved-intent'
  | 'anomaly'
  | 'budget-exhausted'
  | 'refund-claimable'
  | 'lease-lost'

/** How urgent an alert is: `critical` wakes a person, `warning` can wait for the morning, `info` for the week. */
export type Severity = 'info' | 'warning' | 'critical'

/** What an alert is about. Its labels tell it apart from every other one. */
export type Labels = {
  alertname: RuleName | 'test'
  /** Name of the network, or its chain id. */
  network: string
  wallet: string
  provider?: string
  service?: string
  /** Id of the intent, for alerts about one transaction. */
  transaction?: string
}

/** What a rule found at one moment. */
export type Finding = {
  provider?: string
  service?: string
  transaction?: string
  severity: Severity
  /** The hold reason behind it, where there is one. */
  reason?: string
  /** What happened, in one line without a time. */
  summary: string
  /** What will happen if nothing is done. */
  outlook: string
  /** What to do, with the command to type where one helps. */
  action: string
  /** What is so once it is over. */
  resolution: string
}

/** One alert as receivers get it. Times in milliseconds since 1970. */
export type Alert = {
  /** Hash of the labels: the same for as long as this is about the same thing, also after a restart. */
  fingerprint: string
  labels: Labels
  severity: Severity
  /** The hold reason behind it, where there is one. */
  reason?: string
  summary: string
  outlook: string
  action: string
  resolution: string
  /** When its condition was seen first. */
  startsAt: number
  /** When its condition had ended; null while it holds. */
  endsAt: number | null
}

/** One alert in one delivery. */
export type Notification = {
  status: 'firing' | 'resolved'
  /** It was sent as `firing` before and still is, no more urgent than then. */
  isRepeat: boolean
  alert: Alert
}

/** What goes to a receiver at once. */
export type Delivery = {
  /** The same in every try of this delivery: a receiver can tell one that it has. */
  id: string
  /** When it was made, in milliseconds since 1970. */
  at: number
  notifications: readonly [Notification, ...Notification[]]
}

/** Where alerts go. `slack`, `pagerDuty` and `webhook` make one; so can an app. */
export type Receiver = {
  /** What logs and errors call it; never its URL. */
  readonly name: string
  /** Tells receivers apart across restarts: what was sent is recorded under it. It holds no secret. */
  readonly id: string
  /** The most notifications of one delivery; all that are due by default. */
  readonly most?: number
  /**
   * Delivers, or rejects: then the same delivery is tried again, with the same id.
   *
   * @throws DeliveryError, whose `retryAfterMs` is obeyed
   */
  send(delivery: Delivery, options: { signal: AbortSignal }): Promise<void>
}

/** Where firing alerts and what was sent of them are kept between two runs. */
export type AlertState = {
  /** What was saved last; null before. */
  load(): Promise<string | null>
  save(text: string): Promise<void>
}
