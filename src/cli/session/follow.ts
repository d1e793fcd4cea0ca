import type { Broker, Plan, Position, PositionStatus } from '../../index.ts'
import { until } from './interrupt.ts'

export type FollowOptions = {
  /** Called with each position and the plan that was made at it. */
  position: (position: Position, plan: Plan) => void
  /** Called every second with the status of the readings. */
  tick?: (status: PositionStatus) => void
}

/** Follows a broker until the signal aborts, and keeps the process alive for it. */
export async function follow(
  broker: Broker,
  signal: AbortSignal,
  { position: show, tick }: FollowOptions,
): Promise<void> {
  let plan: Plan | null = null
  // The broker publishes the plan of a position before the position.
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
