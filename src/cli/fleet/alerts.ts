import { join, resolve } from 'node:path'
import { createHash } from 'node:crypto'
import { createAlerts, fileAlertState, type Alerts } from '../../alerts/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import { stateDirectory } from '../../index.ts'
import { receiversIn, type AlertTerms } from '../config/alert-terms.ts'
import { alertLogger } from '../session/alerts.ts'

/**
 * The alerts of a process of a fleet. What was sent is kept under the name of the process and its config, so that the next one of
 * that name goes on, and that of another config of the same host is another one's.
 *
 * @param config the path of the file that names the wallets
 * @param say is told of each alert, and of a receiver that does not take one
 */
export function openFleetAlerts(
  fleet: Fleet,
  { alerts, name, config, say }: { alerts: AlertTerms; name: string; config: string; say: (text: string) => void },
): Promise<Alerts> {
  const { rules, repeat } = alerts
  const place = createHash('sha256')
    .update([fleet.network.chainId, name, resolve(config)].join(' '))
    .digest('hex')
    .slice(0, 16)
  return createAlerts(fleet, {
    to: receiversIn(alerts),
    ...(rules && { rules }),
    ...(repeat !== undefined && { repeat }),
    state: fileAlertState(join(stateDirectory(), `fleet-${place}.alerts`)),
    logger: alertLogger(say),
  })
}
