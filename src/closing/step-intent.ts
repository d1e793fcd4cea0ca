import type { ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { Rules } from '../chain/port.ts'
import { contractError } from '../base/contract-errors.ts'
import { intentOf, retrieveIntent } from '../transactions/build-intent.ts'
import type { Intent } from '../transactions/intent.ts'

/** The transaction that a step takes; null for one that only waits. */
export function intentOfStep(step: ClosingStep, { serviceNames }: Rules): Intent | null {
  switch (step.type) {
    case 'revoke':
      return intentOf({ contract: 'inference', method: 'revokeAllTokens', args: [step.provider] })
    case 'retrieve': {
      const name = serviceNames[step.serviceType]
      if (name === undefined) throw contractError({ operation: 'retrieveFund', errorName: 'ServiceNotFound' })
      return retrieveIntent(step.providers, step.serviceType, name)
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

/** The steps that may be the last: from then on there is nothing left to cancel. */
export const isLastStep = ({ closing, call }: Intent): boolean =>
  closing !== undefined && (call.method === 'refund' || call.method === 'deleteLedger')
