// What happens to the money, for an audit log: each event once, as JSON.
import type { Broker } from 'og-ledger'

export function auditLog(broker: Broker, write: (line: string) => void): { unsubscribe(): void } {
  const events = broker.events$.subscribe((event) => {
    const isMoney = /\.(mined|failed|held|released|claimed)$/.test(event.type)
    if (isMoney) write(`${JSON.stringify(event)}\n`)
  })
  const readings = broker.positions$.subscribe() // events tell what readings show
  return {
    unsubscribe() {
      events.unsubscribe()
      readings.unsubscribe()
    },
  }
}
