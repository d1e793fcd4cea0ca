import { parseEther, type Contract, type Signer, type TransactionReceipt, type Wallet } from 'ethers'
import type { LocalContracts } from './deploy.ts'
import { settleFineTuning, settleInference } from './settlements.ts'
import { callOf, jsonRpc, transact, view } from './transact.ts'
import { inTurn } from './keyed-queue.ts'

/** A provider on a local chain that charges on demand. */
export type LocalProvider = {
  address: string
  serviceType: 'inference' | 'fine-tuning'
  /**
   * Charges the user exactly `fee` wei in one transaction; a provider sends its settlements one after another. Where the
   * sub-account holds less than an inference fee, the contract takes all of it; a fine-tuning fee is all or nothing.
   *
   * @throws OgLedgerError with the contract's reason when the contract refuses the settlement
   */
  settle(user: string, fee: bigint): Promise<TransactionReceipt>
}

export type LocalProviderOptions = { url?: string; model?: string }

const STAKE = parseEther('100')

/** Registers a connected wallet, which must own 100 OG and gas, as a provider of inference and as its own TEE signer. */
export async function registerInferenceProvider(
  contracts: LocalContracts,
  wallet: Wallet,
  options: LocalProviderOptions = {},
): Promise<LocalProvider> {
  const { owner, inference } = contracts
  await register(wallet, inference, owner, [inferenceService(wallet, options)])
  return inferenceProvider(contracts, wallet)
}

/** The same for a wallet that may be registered already: then its URL and model are changed. */
export async function offerInference(
  contracts: LocalContracts,
  wallet: Wallet,
  options: LocalProviderOptions,
): Promise<LocalProvider> {
  const { owner, inference } = contracts
  const known = callOf(inference, 'getService', [wallet.address])
  const isRegistered = await view(jsonRpc(wallet), wallet.address, known).then(
    () => true,
    () => false,
  )
  if (!isRegistered) return registerInferenceProvider(contracts, wallet, options)
  const service = inferenceService(wallet, options)
  await transact(wallet, [callOf(inference, 'addOrUpdateService', [service])], { atOnce: true })
  // A changed offer loses its acceptance.
  await transact(owner, [callOf(inference, 'acknowledgeTEESignerByOwner', [wallet.address])], { atOnce: true })
  return inferenceProvider(contracts, wallet)
}

function inferenceService({ address }: Wallet, { url = '', model = 'local-model' }: LocalProviderOptions) {
  return ['chatbot', url, model, 'TeeML', 1n, 1n, '{}', address]
}

function inferenceProvider({ inference }: LocalContracts, wallet: Wallet): LocalProvider {
  const { address } = wallet
  const nextNonce = nonces()
  const settle = (user: string, fee: bigint) =>
    inTurn(nextNonce, () => settleInference(inference, wallet, { user, fee, nonce: nextNonce() }))
  return { address, serviceType: 'inference', settle }
}

/** Registers a connected wallet, which must own 100 OG and gas, as a provider of fine-tuning and as its own TEE signer. */
export async function registerFineTuningProvider(
  { owner, fineTuning }: LocalContracts,
  wallet: Wallet,
  { url = '', model = 'local-model' }: LocalProviderOptions = {},
): Promise<LocalProvider> {
  const { address } = wallet
  await register(wallet, fineTuning, owner, [url, [1n, 1n, 1n, 1n, 'local'], 1n, false, [model], address])
  const nextNonce = nonces()
  const settle = (user: string, fee: bigint) =>
    inTurn(nextNonce, () => settleFineTuning(fineTuning, wallet, { user, fee, nonce: nextNonce() }))
  return { address, serviceType: 'fine-tuning', settle }
}

async function register(wallet: Wallet, serving: Contract, owner: Signer, service: readonly unknown[]): Promise<void> {
  await transact(wallet, [callOf(serving, 'addOrUpdateService', service, STAKE)], { atOnce: true })
  await transact(owner, [callOf(serving, 'acknowledgeTEESignerByOwner', [wallet.address])], { atOnce: true })
}

/** Settlement nonces must grow, also after a restart: like the real provider's they follow the time, in 100 ns. */
function nonces(): () => bigint {
  let last = 0n
  return () => {
    const now = BigInt(Date.now()) * 10_000n
    return (last = now > last ? now : last + 1n)
  }
}
