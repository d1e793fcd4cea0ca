import { setTimeout as sleep } from 'node:timers/promises'
import { startDemoChain, type DemoChain } from '../../local/demo.ts'

export type OwnProgramOptions = {
  /** Ends by itself after so many seconds; null where only the signal ends it. */
  seconds: number | null
  signal: AbortSignal
  onReady: (chain: ChainForProgram) => void
}

/** What a program needs to use the chain. The key is public: every development chain has it. */
export type ChainForProgram = {
  rpcUrl: string
  chainId: number
  ledger: string
  inference: string
  wallet: string
  privateKey: string
  providers: readonly string[]
}

const PROVIDERS = 2
const CHARGE_EVERY_MS = 3_000
/** In wei, 0.12 OG: a sub-account of 3 OG is low after half a minute. */
const FEE = 12n * 10n ** 16n
/** The demo's providers look at balances this often; live ones every half a minute. */
const REFRESH_MS = 2_000

/**
 * A local chain for a program of the user's own: the contracts, a wallet with money, and providers that charge what the program gives
 * them. The first one answers requests as well.
 */
export async function runForOwnProgram({ seconds, signal, onReady }: OwnProgramOptions): Promise<void> {
  const chain = await startDemoChain({ blockTime: 1, inferenceProviders: PROVIDERS, fineTuningProviders: 0 })
  try {
    await using answering = await chain.serveHttp({ refreshMs: REFRESH_MS, settleEveryMs: REFRESH_MS })
    if (signal.aborted) return
    const { wallet, network, anvil, providers } = chain
    onReady({
      rpcUrl: anvil.url,
      chainId: Number(network.chainId),
      ledger: network.ledger,
      inference: network.inference,
      wallet: wallet.address,
      privateKey: wallet.privateKey,
      providers: [answering.address, ...providers.slice(1).map(({ address }) => address)],
    })
    const over = seconds === null ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)])
    await chargeUntil(over, chain)
  } finally {
    await chain.stop()
  }
}

async function chargeUntil(over: AbortSignal, { providers, wallet }: DemoChain): Promise<void> {
  while (!over.aborted) {
    // A wallet without a sub-account there cannot be charged.
    await Promise.allSettled(providers.map((provider) => provider.settle(wallet.address, FEE)))
    await sleep(CHARGE_EVERY_MS, undefined, { signal: over }).catch(() => undefined)
  }
}
