// Brings everything home and deletes the ledger. It takes as long as the refund lock, and survives a restart.
import { formatOg, type Broker } from 'og-ledger'

export async function closeEverything(broker: Broker, say: (line: string) => void): Promise<void> {
  const { home, gas, endsAt } = await broker.ledger.closingPlan()
  if (gas.missing > 0n) throw new Error(`Send ${formatOg(gas.missing)} OG to the wallet first: closing costs gas.`)
  say(`${formatOg(home)} OG come home, the last of it at ${new Date(Number(endsAt) * 1_000).toISOString()}`)
  await broker.ledger.closeLedger({ onProgress: ({ state, hold }) => say(hold ? `${state}: ${hold}` : state) })
  say('closed')
}
