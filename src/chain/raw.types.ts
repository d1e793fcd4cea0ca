export type RawRefund = { amount: bigint; createdAt: bigint }
export type RawLedger = { user: string; availableBalance: bigint; totalBalance: bigint; additionalInfo: string }

/** A sub-account in the form of the list views; fine-tuning's list omits the refunds. */
export type RawAccount = {
  provider: string
  balance: bigint
  pendingRefund: bigint
  acknowledged: boolean
  validRefundsLength: bigint
  refunds?: readonly RawRefund[]
  revokedBitmap?: bigint
}
