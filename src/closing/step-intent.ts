import type { ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { Rules } from '../chain/port.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { elsewhere, intentOf, retrieveIntent } from '../transactions/build-intent.ts'
import type { Intent } from '../transactions/intent.ts'
import type { ClosingIntention } from '../transactions/journal.types.ts'

/** The transaction of a step; null where the step only waits. */
export function intentOfStep(step: ClosingStep, { serviceNames }: Rules): Intent | null {
  switch (step.type) {
    case 'revoke':
      return intentOf({ contract: 'inference', method: 'revokeAllTokens', args: [step.provider] })
    case 'retrieve': {
      const name = step.service ?? serviceNames[step.serviceType]
      if (name === undefined) throw contractRefusal({ operation: 'retrieveFund', errorName: 'ServiceNotFound' })
      const intent = retrieveIntent(step.providers, step.serviceType, name)
      return step.service === undefined ? intent : elsewhere(intent)
    }
    case 'withdraw': {
      const amount = BigInt(step.amount)
      return intentOf({ contract: 'ledger', method: 'refund', args: [amount] }, { amount, fromLedger: amount })
    }
    case 'delete':
      return intentOf({ contract: 'ledger', method: 'deleteLedger', args: [] })
    case 'wait':
    case 'stuck':
      return null
  }
}

/** Whether an intent may be the last step: once it is in flight, closing cannot be cancelled. */
export const isLastStep = ({ closing, call }: Intent): boolean =>
  closing !== undefined && (call.method === 'refund' || call.method === 'deleteLedger')

/** Matches the steps of one closing. */
export const isStepOf =
  ({ id }: ClosingIntention) =>
  ({ closing }: Intent): boolean =>
    closing === id
