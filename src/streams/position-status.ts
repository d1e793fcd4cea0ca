/** The health of the reading: every failure is visible here. */
export type PositionStatus = {
  /** Block of the newest position; null before the first. */
  block: number | null
  /** Failed readings in a row. */
  failures: number
  /** The error of the last reading; null once a reading succeeds. */
  error: Error | null
  /** Readings dropped because their block was too old or could not be right; `error` holds both blocks. */
  dropped: number
}
