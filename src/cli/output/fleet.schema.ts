import { address, count, line, list, nullable, object, text, wei } from './parts.ts'

/** The lines of a fleet of wallets. */
export const fleetLines = [
  line('fleet-wallet', 'Where a wallet is now, whenever that has changed.', {
    wallet: address,
    name: text,
    state: { enum: ['opening', 'open', 'free', 'foreign', 'failed', 'closing'] },
    reason: nullable(text),
    retry: nullable(
      object({
        kind: { enum: ['locked', 'transient', 'lasting'] },
        at: { type: 'integer', description: 'the clock of this machine in seconds' },
        failures: count,
      }),
    ),
    holder: nullable(text),
    epoch: nullable(count),
  }),
  line('fleet', 'How many wallets are where, and what this process has paid, whenever one has changed.', {
    wallets: count,
    owned: count,
    foreign: count,
    free: count,
    failed: count,
    leasesLost: count,
    topUps: count,
    paid: wei,
    deposits: count,
    deposited: wei,
  }),
  line('fleet-summary', 'What the demo of a fleet found on its chain.', {
    wallets: count,
    providers: count,
    rounds: count,
    charges: count,
    needed: wei,
    topUps: count,
    paid: wei,
    ratio: { ...text, description: 'paid / needed, with three digits' },
    takeoverMs: count,
    leaseMs: count,
    faults: list(text),
  }),
]
