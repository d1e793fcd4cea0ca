import process from 'node:process'
import { closingState, closingStep } from '../../../machines/index.ts'
import { readFileClosing, type Broker, type ClosingIntention, type ClosingStatus, type Position } from '../../index.ts'
import type { ReadingArguments } from '../arguments/options.ts'
import { canAsk } from '../screen/terminal.ts'

/** The closing that the journal tells of, whichever process began it; null where nobody wants the ledger closed. */
export async function recordedClosing({ network, wallet, genesis }: Broker): Promise<ClosingIntention | null> {
  return readFileClosing({ chainId: BigInt(network.chainId), wallet, genesis })
}

/** How far it has come, for those who only look. */
export function closingSeen(
  { rules }: Broker,
  intention: ClosingIntention | null,
  position: Position,
): ClosingStatus | null {
  const step = intention && closingStep(position, rules)
  if (!step) return null
  return {
    since: intention.since,
    block: position.block,
    state: closingState(step),
    step,
    until: step.type === 'wait' ? step.until : null,
    home: position.ledger?.available ?? 0n,
    locked: position.ledger?.locked ?? 0n,
    subAccounts: position.subAccounts.filter(({ balance }) => balance > 0n).length,
    hold: null,
    failure: null,
  }
}

/** Whether a command that looks could also sign. */
export function hasKey({ address, keystore }: ReadingArguments): boolean {
  if (address !== undefined) return false
  if (keystore === undefined) return Boolean(process.env['PRIVATE_KEY'])
  return process.env['KEYSTORE_PASSWORD'] !== undefined || canAsk()
}
