import type { Broker } from '../../src/index.ts'

/** One sub-account of a plan, the first where no provider is named: amounts in OG, and why nothing is paid or asked back. */
export async function idleStanding(broker: Broker, provider?: string) {
  const { position, decisions } = await broker.plan()
  const decision = decisions.find((one) => provider === undefined || one.provider === provider)
  const inOg = (wei = 0n) => String(Number(wei) / 1e18)
  return {
    ledger: inOg(position.ledger?.available),
    free: inOg(decision?.available),
    pending: inOg(decision?.pendingRefund),
    why: decision?.action === 'hold' ? decision.reason : decision?.action,
    wait: decision?.reclaim?.wait,
  }
}

/** The operations that a broker has sent, in order. */
export const operationsOf = (broker: Broker): string[] =>
  broker.transactions().map((one) => one.getSnapshot().context.operation)
