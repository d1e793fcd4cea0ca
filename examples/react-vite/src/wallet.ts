import { useEffect, useState } from 'react'
import type { EIP1193Provider, Hex } from 'viem'
import { chainId, rpcUrl } from './network.ts'

declare global {
  interface Window {
    ethereum?: EIP1193Provider
  }
}

/** What the wallet shows to this page. The person at it changes account and chain at any moment. */
export type Wallet = {
  state: 'none' | 'disconnected' | 'wrong-chain' | 'ready'
  account: Hex | undefined
  /** The chain that the wallet is on. */
  actualChain: number | undefined
  error: string | undefined
  connect(): void
  switchChain(): void
}

export function useWallet(): Wallet {
  const [account, setAccount] = useState<Hex>()
  const [actualChain, setActualChain] = useState<number>()
  const [error, setError] = useState<string>()
  const ethereum = window.ethereum

  useEffect(() => {
    if (!ethereum) return undefined
    const onAccounts = ([first]: readonly Hex[]): void => setAccount(first)
    const onChain = (id: string): void => setActualChain(Number(id))
    ethereum.on('accountsChanged', onAccounts)
    ethereum.on('chainChanged', onChain)
    // A page that was connected before is so after a reload.
    ethereum.request({ method: 'eth_accounts' }).then(onAccounts, setFailure)
    ethereum.request({ method: 'eth_chainId' }).then(onChain, setFailure)
    return () => {
      ethereum.removeListener('accountsChanged', onAccounts)
      ethereum.removeListener('chainChanged', onChain)
    }
  }, [ethereum])

  return {
    state: stateOf(),
    account,
    actualChain,
    error,
    connect: () =>
      ask((wallet) => wallet.request({ method: 'eth_requestAccounts' }).then(([first]) => setAccount(first))),
    switchChain: () => ask(switchTo),
  }

  function stateOf(): Wallet['state'] {
    if (!ethereum) return 'none'
    if (!account || actualChain === undefined) return 'disconnected'
    return actualChain === chainId ? 'ready' : 'wrong-chain'
  }

  function ask(request: (wallet: EIP1193Provider) => Promise<unknown>): void {
    setError(undefined)
    if (ethereum) request(ethereum).catch(setFailure)
  }

  function setFailure(failure: unknown): void {
    setError(failure instanceof Error ? failure.message : 'The wallet did not answer.')
  }
}

/** A wallet that does not know the chain gets to know it. */
async function switchTo(wallet: EIP1193Provider): Promise<unknown> {
  const id: Hex = `0x${chainId.toString(16)}`
  try {
    return await wallet.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: id }] })
  } catch (error) {
    if ((error as { code?: number }).code !== 4902) throw error
    const nativeCurrency = { name: '0G', symbol: 'OG', decimals: 18 }
    const chain = { chainId: id, chainName: '0G', rpcUrls: [rpcUrl], nativeCurrency }
    return wallet.request({ method: 'wallet_addEthereumChain', params: [chain] })
  }
}
