/** The health of the reading: every failure is visible here. */
export type PositionStatus = {
  /** Block of the newest position; null before the first. */
  block: number | null
  /** Failed readings in a row. */
  failures: number
  /** The error of the last reading; null once a reading succeeds. */
  error: Error | null
  /** Readings dropped because they were older than an accepted reading or than the wallet's last receipt. */
  dropped: number
}
