import { EXIT } from '../../exit-codes.ts'
import { interrupted } from '../../session/interrupt.ts'
import { print, printJson } from '../../screen/terminal.ts'
import { runFleetDemo } from './demo.ts'
import { fleetIntro, fleetSummary, ratioOf } from './words.ts'
import { sumOf } from './verdict.ts'

/** Shows a fleet on two processes, and returns the exit code. */
export async function showFleetDemo({ wallets, json }: { wallets: number; json: boolean }): Promise<number> {
  const startedAt = performance.now()
  if (!json) print(fleetIntro(wallets).join('\n'))
  const outcome = await runFleetDemo({
    wallets,
    signal: interrupted,
    say(text) {
      if (!json) print(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}`)
    },
  })
  const { providers, rounds, needed, paid, takeoverMs, leaseMs, faults } = outcome
  if (json)
    printJson({
      type: 'fleet-summary',
      wallets,
      providers,
      rounds,
      charges: needed.length,
      needed: sumOf(needed),
      topUps: paid.length,
      paid: sumOf(paid),
      ratio: ratioOf(outcome),
      takeoverMs,
      leaseMs,
      faults,
    })
  else print(`\n${fleetSummary(outcome).join('\n')}`)
  return faults.length === 0 ? EXIT.ok : EXIT.failed
}
