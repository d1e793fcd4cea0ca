import type { Broker, BrokerEvent } from '../../index.ts'
import { paint } from './terminal.ts'
import { moment, og, short } from './words.ts'

/** Tells people of each payment that is mined or failed, in a line that stays. */
export function tellPayments(broker: Broker, say: (line: string) => void): Disposable {
  const subscription = broker.events$.subscribe((event) => {
    const line = paymentLine(event)
    if (line !== null) say(line)
  })
  return { [Symbol.dispose]: () => subscription.unsubscribe() }
}

/** What a person is told of a payment that is mined or failed, with its time; null for every other event. */
export function paymentLine(event: BrokerEvent): string | null {
  const words = paymentInWords(event)
  return words === null ? null : `${paint('dim', moment(event.at))}  ${words}`
}

function paymentInWords(event: BrokerEvent): string | null {
  switch (event.type) {
    case 'top-up.mined':
      return `topped up ${event.serviceType} ${short(event.provider)} by ${og(event.amount)}: ${event.hash ?? 'mined'}`
    case 'deposit.mined':
      return `deposited ${og(event.amount)}: ${event.hash ?? 'mined'}`
    case 'refund.claimed':
      return `claimed ${og(event.amount)} from ${event.serviceType} ${short(event.provider)}`
    case 'top-up.failed':
      return failureInWords(`topping up ${event.serviceType} ${short(event.provider)} by ${og(event.amount)}`, event)
    case 'deposit.failed':
      return failureInWords(`depositing ${og(event.amount)}`, event)
    default:
      return null
  }
}

/** One that another transaction overtook is decided anew at the next reading. */
function failureInWords(what: string, { outcome, message }: { outcome: string; message: string }): string | null {
  return outcome === 'overtaken' ? null : paint('red', `${what} failed (${outcome}): ${message}`)
}
