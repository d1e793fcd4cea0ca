import { join } from 'node:path'
import { createAlerts, fileAlertState, type Alerts } from '../../alerts/index.ts'
import { stateDirectory, type Broker, type Logger } from '../../index.ts'
import { receiversIn, type AlertTerms } from '../config/alert-terms.ts'

/**
 * Sends the alerts of a process that has the wallet's journal: what was sent is kept beside it, so that the next process goes on.
 * Without the journal it sends none, and says so: two processes would send each alert twice.
 *
 * @param say is told of each alert, and of a receiver that does not take one
 */
export async function openAlerts(
  broker: Broker,
  terms: AlertTerms,
  say: (text: string) => void,
): Promise<Alerts | null> {
  const { rules, repeat } = terms
  if (broker.refusal() !== null) {
    say('Another process may send the alerts: this one cannot have the journal of the wallet, and sends none.')
    return null
  }
  return createAlerts(broker, {
    to: receiversIn(terms),
    ...(rules && { rules }),
    ...(repeat !== undefined && { repeat }),
    state: fileAlertState(join(stateDirectory(), `${broker.network.chainId}-${broker.wallet.toLowerCase()}.alerts`)),
    logger: alertLogger(say),
  })
}

/** Says what alerts log, in words. */
export function alertLogger(say: (text: string) => void): Logger {
  return { debug: () => undefined, info: spoken, warn: spoken, error: spoken }

  function spoken(details: object, event: string): void {
    const words = wordsOf(details, event)
    if (words !== null) say(words)
  }
}

type Details = { summary?: string; alert?: string; receiver?: string; failures?: number; reason?: string }

function wordsOf({ summary, alert, receiver, failures, reason }: Details, event: string): string | null {
  if (event === 'alert.firing') return `Alert (${alert}): ${summary}.`
  if (event === 'alert.resolved') return `Alert (${alert}) is over: ${summary}.`
  // Tries of the same delivery: the first failure and each tenth one are news.
  if (event === 'alert.undelivered' && failures !== undefined && (failures === 1 || failures % 10 === 0))
    return `An alert is not delivered, and tried again: ${firstLine(reason ?? `${receiver} failed`)}`
  if (event === 'alert.unsaved')
    return `What alerts were sent cannot be recorded (${reason}): a restart may send them again.`
  return null
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''
