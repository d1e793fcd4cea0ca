import * as fleet from './fleet-rules.ts'
import * as ledger from './ledger-rules.ts'
import * as node from './node-rules.ts'
import type { Rule } from './rule.ts'
import * as subAccount from './sub-account-rules.ts'

/** Every rule, the most urgent first. */
export const rules: readonly Rule[] = [
  fleet.leaseLost,
  node.staleReading,
  node.unresolvedIntent,
  subAccount.heldAndLow,
  ledger.ledgerRunway,
  ledger.gasLow,
  subAccount.budgetExhausted,
  subAccount.anomaly,
  node.stuckTransaction,
  subAccount.refundClaimable,
]
