// Keeps one sub-account of each of many wallets funded, and says which wallets are not: run it where their keys are.
import process from 'node:process'
import { JsonRpcProvider, Wallet } from 'ethers'
import { formatOg } from 'og-ledger'
import { createFleet, type Fleet, type FleetOptions } from 'og-ledger/fleet'

export async function keepAllFunded(
  options: Omit<FleetOptions, 'wallets' | 'signerFor' | 'policyFor'>,
  { keys, provider }: { keys: readonly string[]; provider: string },
  say: (line: string) => void,
): Promise<Fleet> {
  const signers = new Map(keys.map((key) => new Wallet(key)).map((signer) => [signer.address, signer]))
  const fleet = await createFleet({
    ...options,
    wallets: [...signers.keys()],
    signerFor(wallet) {
      const signer = signers.get(wallet)
      if (!signer) throw new Error(`There is no key of ${wallet}.`)
      return signer
    },
    policyFor: () => ({
      autoFunding: [{ provider, config: { maxTopUp: '5', budget: { amount: '20', per: '24h' } } }],
    }),
  })
  for (const { wallet, reason } of fleet.wallets()) if (reason !== null) say(`${wallet}: ${reason}`)
  fleet.plan$.subscribe(({ position, decisions }) => {
    for (const decision of decisions)
      if (decision.action !== 'hold')
        say(`${position.wallet.address}: ${decision.action} ${formatOg(decision.amount)} OG`)
  })
  return fleet
}

// Run by itself: `PRIVATE_KEYS=0x…,0x… PROVIDER=0x… node fleet.ts` (Node 22.18, or npx tsx). Ctrl-C closes the fleet, and with it the program ends.
if (import.meta.filename === process.argv[1]) {
  const { PRIVATE_KEYS = '', OG_RPC_URL = 'https://evmrpc.0g.ai', PROVIDER = '' } = process.env
  const node = new JsonRpcProvider(OG_RPC_URL)
  const fleet = await keepAllFunded(
    { provider: node },
    { keys: PRIVATE_KEYS.split(','), provider: PROVIDER },
    console.log,
  )
  process.once('SIGINT', () => void fleet.close().finally(() => node.destroy()))
}
