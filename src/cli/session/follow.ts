import type { Broker, Plan, Position, PositionStatus } from '../../index.ts'
import { until } from './interrupt.ts'

export type Followed = {
  /** Each position, with the plan made at it. */
  position: (position: Position, plan: Plan) => void
  /** Every second, and with how the reading goes. */
  tick?: (status: PositionStatus) => void
}

/** Follows a broker until the signal aborts, and keeps the process alive for it. */
export async function follow(broker: Broker, signal: AbortSignal, { position: show, tick }: Followed): Promise<void> {
  let plan: Plan | null = null
  // Its plan comes before each position.
  const plans = broker.plan$.subscribe((next) => (plan = next))
  const positions = broker.positions$.subscribe((position) => {
    if (plan?.block.number === position.block.number) show(position, plan)
  })
  const timer = setInterval(() => tick?.(broker.positions$.status), 1_000)
  try {
    await until(signal)
  } finally {
    clearInterval(timer)
    positions.unsubscribe()
    plans.unsubscribe()
  }
}
