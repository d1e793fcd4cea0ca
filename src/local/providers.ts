import { parseEther, type Contract, type Signer, type TransactionReceipt, type Wallet } from 'ethers'
import type { LocalContracts } from './deploy.ts'
import { settleFineTuning, settleInference } from './settlements.ts'
import { callOf, transact } from './transact.ts'
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
  { owner, inference }: LocalContracts,
  wallet: Wallet,
  { url = '', model = 'local-model' }: LocalProviderOptions = {},
): Promise<LocalProvider> {
  const { address } = wallet
  await register(wallet, inference, owner, [['chatbot', url, model, 'TeeML', 1n, 1n, '{}', address]])
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

/** Settlement nonces must grow, also after a restart: like the real provider's they start from the time, in 100 ns. */
function nonces(): () => bigint {
  let last = BigInt(Date.now()) * 10_000n
  return () => (last += 1n)
}
