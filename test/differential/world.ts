import { getCreateAddress, Wallet } from 'ethers'
import type { ContractName } from '../../src/chain/port.ts'
import type { ContractCall } from '../../src/testing/contracts/contract-call.ts'
import { createContracts, type Contracts } from '../../src/testing/contracts/contracts.ts'
import { refundRules, type RefundRules } from '../../src/testing/contracts/refunds.ts'
import { testWallet } from '../../src/local/wallets.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { nth } from './nth.ts'
import { createRpc, type Rpc } from './rpc.ts'

/** The participants of a history. */
export type People = {
  owner: string
  wallets: readonly string[]
  inference: readonly string[]
  fineTuning: readonly string[]
  /** Addresses without a service. */
  strangers: readonly string[]
  /** Service contracts without initialization: the implementations behind the proxies. */
  unlinked: readonly string[]
  contracts: Readonly<Record<'inference' | 'ledger', string>>
}

/** The contracts twice, as bytecode on a chain and simulated, with the same participants in the same state. */
export type World = {
  chain: LocalChain
  rpc: Rpc
  people: People
  addresses: Readonly<Record<ContractName, string>>
  simulate(wrong?: Wrong): Contracts
  /** The signer of a participant. */
  signerOf(address: string): Wallet
  /** Time of the latest block of the chain, in seconds. */
  startAt: number
  /** Takes the chain back to the start. */
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A mistake for the simulation to make, to prove that the comparison finds it. */
export type Wrong = { rules?: RefundRules; minLedgerBalance?: bigint; minTransfer?: bigint }

const LOCK_TIME = 3_600
const STAKE = 100n * 10n ** 18n
const INFERENCE = 2
const FINE_TUNING = 1
const WALLETS = 3

export async function createWorld(): Promise<World> {
  const chain = await localChain({
    lockTime: LOCK_TIME,
    inferenceProviders: INFERENCE,
    fineTuningProviders: FINE_TUNING,
    wallets: WALLETS,
  })
  const rpc = createRpc(chain.anvil.url)
  const { contracts, provider } = chain
  // Gas is free from here on, so that only the contracts change balances.
  await rpc('anvil_setNextBlockBaseFeePerGas', '0x0')
  await rpc('evm_mine')
  const signers = new Map(
    Array.from({ length: 1 + INFERENCE + FINE_TUNING + WALLETS }, (_, index) => testWallet(index, provider)).map(
      (wallet) => [wallet.address, wallet],
    ),
  )
  const owner = await contracts.owner.getAddress()
  const people: People = {
    owner,
    wallets: chain.wallets.map(({ address }) => address),
    inference: chain.inference.map(({ address }) => address),
    fineTuning: chain.fineTuning.map(({ address }) => address),
    strangers: Array.from({ length: 60 }, (_, index) => strangerOf(index)),
    // The owner's second and third transaction create them.
    unlinked: [1, 2].map((nonce) => getCreateAddress({ from: owner, nonce })),
    contracts: { inference: chain.network.inference, ledger: chain.network.ledger },
  }
  const balances = await Promise.all(
    [...signers.keys()].map(async (address) => [address, await provider.getBalance(address)] as const),
  )
  const offered = await Promise.all(
    people.inference.map(async (address) =>
      Number((await contracts.inference.getFunction('getService')(address)).updatedAt),
    ),
  )
  const { registeredAt } = (await contracts.ledger.getFunction('getServiceInfo')(contracts.inference.target)) as {
    registeredAt: bigint
  }
  const startAt = Number((await provider.getBlock('latest'))?.timestamp)
  const restart = await chain.snapshot()
  const { ledger, inference, fineTuning = '' } = chain.network
  const addresses = { ledger, inference, fineTuning }

  return {
    chain,
    rpc,
    people,
    addresses,
    startAt,
    restart,
    signerOf(address) {
      const signer = signers.get(address)
      if (!signer) throw new Error(`The key of ${address} is unknown.`)
      return signer
    },
    simulate({ rules = refundRules, ...demands } = {}) {
      const options = {
        addresses,
        owner: people.owner,
        lockTime: LOCK_TIME,
        registeredAt: Number(registeredAt),
        unlinked: people.unlinked,
      }
      const simulated = createContracts({ ...options, ...demands }, { rules })
      for (const [address, balance] of balances) simulated.mint(address, balance)
      for (const [index, address] of people.inference.entries()) {
        const offer = { contract: 'inference', args: [inferenceOffer(address)] } as const
        register(simulated, offer, address, nth(offered, index))
      }
      for (const address of people.fineTuning)
        register(simulated, { contract: 'fineTuning', args: fineTuningOffer(address) }, address, startAt)
      return simulated
    },
    [Symbol.asyncDispose]: () => chain[Symbol.asyncDispose](),
  }

  /** Registers a provider as the setup of the chain does. */
  function register(
    simulated: Contracts,
    offer: Pick<ContractCall, 'contract' | 'args'>,
    from: string,
    timestamp: number,
  ) {
    const { contract, args } = offer
    simulated.mint(from, STAKE)
    simulated.execute({ from, value: STAKE, call: { contract, method: 'addOrUpdateService', args }, timestamp })
    const accept = { contract, method: 'acknowledgeTEESignerByOwner', args: [from] }
    simulated.execute({ from: people.owner, call: accept, timestamp })
  }
}

/** The service that each provider of a local chain registers. */
export const inferenceOffer = (teeSignerAddress: string, change = {}) => ({
  serviceType: 'chatbot',
  url: '',
  model: 'local-model',
  verifiability: 'TeeML',
  inputPrice: 1n,
  outputPrice: 1n,
  additionalInfo: '{}',
  teeSignerAddress,
  ...change,
})

export const fineTuningOffer = (teeSignerAddress: string, url = '') => [
  url,
  { cpuCount: 1n, nodeMemory: 1n, gpuCount: 1n, nodeStorage: 1n, gpuType: 'local' },
  1n,
  false,
  ['local-model'],
  teeSignerAddress,
]

function strangerOf(index: number): string {
  return new Wallet(`0x${(index + 1_000).toString(16).padStart(64, '0')}`).address
}
