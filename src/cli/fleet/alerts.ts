import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createAlerts, fileAlertState, type Alerts, type AlertState } from '../../alerts/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import { stateDirectory } from '../../index.ts'
import { lockFile } from '../../locks/process-lock.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { receiversIn, type AlertTerms } from '../config/alert-terms.ts'
import { alertLogger } from '../session/alerts.ts'

/** What a process of a fleet has sent of alerts. */
export type FleetAlertState = AsyncDisposable & { state: AlertState }

export type AlertPlace = {
  chainId: bigint
  name: string
  /** The path of the file that names the wallets. */
  config: string
}

/**
 * Keeps what was sent under the name of the process and the path of its config: the next process of both goes on with it, and a process of
 * another config has a file of its own. Two processes with one file would overwrite it, and send alerts twice or not at all.
 *
 * @throws UsageError while another process has that name
 */
export async function openFleetAlertState({ chainId, name, config }: AlertPlace): Promise<FleetAlertState> {
  const place = createHash('sha256')
    .update([chainId, name, resolve(config)].join(' '))
    .digest('hex')
    .slice(0, 16)
  const file = join(stateDirectory(), `fleet-${place}.alerts`)
  await mkdir(stateDirectory(), { recursive: true, mode: 0o700 })
  const lock = await lockFile(file, {
    taken: (_, { process }) =>
      new UsageError(
        `Another process (${process}) of this config sends alerts under the name ${name}: give this one another --name.`,
      ),
    unusable: (folder, reason) =>
      new UsageError(
        `Alerts need a lock in ${folder}, which cannot hold one (${reason}): set XDG_STATE_HOME to another.`,
      ),
  })
  return { state: fileAlertState(file), [Symbol.asyncDispose]: lock.release }
}

/** @param say is told of each alert, and of a receiver that does not take one */
export function openFleetAlerts(
  fleet: Fleet,
  { alerts, state, say }: { alerts: AlertTerms; state: AlertState; say: (text: string) => void },
): Promise<Alerts> {
  const { rules, repeat } = alerts
  return createAlerts(fleet, {
    to: receiversIn(alerts),
    ...(rules && { rules }),
    ...(repeat !== undefined && { repeat }),
    state,
    logger: alertLogger(say),
  })
}
