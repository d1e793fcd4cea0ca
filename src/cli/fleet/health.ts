import { health, type HealthStatus } from '../../index.ts'
import type { Fleet } from '../../fleet/index.ts'

/** Whether a process of a fleet does its work, and what stands in its way. */
export type FleetHealth = {
  status: HealthStatus
  checks: {
    /** Wallets of this process by the health of their brokers. */
    wallets: { status: HealthStatus; pass: number; warn: number; fail: number; message?: string }
    /** Wallets that could not be opened. */
    opening: { status: HealthStatus; failed: number; message?: string }
  }
}

/**
 * One wallet that fails is a warning, because a restart would take the others along. It fails once every wallet of this process does, as
 * without a node or a database; a process without a wallet waits for one, and is ready.
 */
export function fleetHealth(fleet: Fleet): FleetHealth {
  const open = fleet.brokers().map((broker) => health(broker))
  const count = (status: HealthStatus): number => open.filter((one) => one.status === status).length
  const [pass, warn, fail] = [count('pass'), count('warn'), count('fail')]
  const first = open.find(({ status }) => status === 'fail') ?? open.find(({ status }) => status === 'warn')
  const message = first && messageIn(first.checks)
  const failed = fleet.wallets().filter(({ state }) => state === 'failed')
  const [stuck] = failed
  const wallets = {
    status: open.length > 0 && fail === open.length ? 'fail' : fail + warn > 0 ? 'warn' : 'pass',
    pass,
    warn,
    fail,
    ...(message !== undefined && { message }),
  } as const
  const opening = {
    status: failed.length === 0 ? 'pass' : 'warn',
    failed: failed.length,
    ...(stuck?.reason && { message: stuck.reason }),
  } as const
  const status = wallets.status === 'pass' ? opening.status : wallets.status
  return { status, checks: { wallets, opening } }
}

function messageIn(checks: ReturnType<typeof health>['checks']): string | undefined {
  const all = Object.values(checks)
  return (all.find(({ status }) => status === 'fail') ?? all.find(({ status }) => status === 'warn'))?.message
}
