import { useMemo, useState } from 'react'
import type { BrokerOptions } from 'og-ledger'
import { LedgerProvider } from 'og-ledger/react'
import { signerOf } from 'og-ledger/viem'
import { createPublicClient, createWalletClient, custom, http, type Hex } from 'viem'
import { chainId, network, rpcUrl } from './network.ts'
import { Ledger } from './parts/ledger.tsx'
import { Notice } from './parts/notice.tsx'
import { ProviderCard } from './parts/provider-card.tsx'
import { Status } from './parts/status.tsx'
import { Transactions } from './parts/transactions.tsx'
import { useWallet, type Wallet } from './wallet.ts'

const publicClient = createPublicClient({ transport: http(rpcUrl, { batch: true }) })

export function App() {
  const wallet = useWallet()
  const options = useBrokerOptions(wallet)
  return (
    <>
      <header>
        <h1>0G Compute ledger</h1>
        {wallet.account && (
          <code title={wallet.account}>
            {wallet.account.slice(0, 6)}…{wallet.account.slice(-4)}
          </code>
        )}
      </header>
      <main>
        <WalletNotice wallet={wallet} />
        {options && (
          <LedgerProvider options={options}>
            <Status isElsewhere={wallet.state === 'wrong-chain'} />
            <Ledger />
            <ProviderCard />
            <Transactions />
          </LedgerProvider>
        )}
      </main>
    </>
  )
}

/**
 * The options of the account's broker, once the wallet was on the right chain. A switch away keeps the broker: it sends nothing
 * there, and goes on once the wallet is back.
 */
function useBrokerOptions({ account, state }: Wallet): BrokerOptions | null {
  const [opened, open] = useState<Hex>()
  if (state === 'ready' && opened !== account) open(account)
  return useMemo(() => {
    if (!opened || opened !== account || !window.ethereum) return null
    const client = createWalletClient({ account: opened, transport: custom(window.ethereum) })
    return { signer: signerOf(client, { publicClient }), network, intervalMs: 4_000 }
  }, [opened, account])
}

function WalletNotice({ wallet }: { wallet: Wallet }) {
  const { state, actualChain, error, connect, switchChain } = wallet
  return (
    <>
      {state === 'none' && (
        <Notice kind="warning" title="This browser has no wallet.">
          Install one, such as MetaMask or Rabby, and reload the page.
        </Notice>
      )}
      {state === 'disconnected' && (
        <Notice kind="info" title="Connect your wallet" action={{ label: 'Connect', run: connect }}>
          The page reads your ledger. It sends nothing that you do not confirm in the wallet.
        </Notice>
      )}
      {state === 'wrong-chain' && (
        <Notice
          kind="warning"
          title="Your wallet is on another chain."
          action={{ label: 'Switch chain', run: switchChain }}
        >
          It is on chain {actualChain}, and your ledger is on chain {chainId}. Nothing is sent until it is there.
        </Notice>
      )}
      {error && (
        <Notice kind="error" title="The wallet refused.">
          {error}
        </Notice>
      )}
    </>
  )
}
