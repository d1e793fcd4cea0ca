import { parseEther, type Contract, type TransactionReceipt, type Wallet } from 'ethers'
import { inTurn } from './keyed-queue.ts'
import type { LocalProvider } from './providers.ts'
import { callOf, jsonRpc, view as call } from './transact.ts'

export type BillingOptions = {
  inference: Contract
  wallet: Wallet
  settle: LocalProvider['settle']
  now: () => number
  /** See HttpProviderOptions. */
  reserve?: bigint
  fee?: bigint
  refreshMs?: number
}

/** A user's sub-account as the provider saw it last. */
export type ViewedAccount = { available: bigint; generation: number; acknowledged: boolean }

/** What a provider knows of its users: their sub-accounts, read from the chain now and then, and what they owe. */
export type Billing = {
  /** The user's sub-account, read anew where the last view is too old; null where there was none. */
  view(user: string): Promise<ViewedAccount | null>
  /** Admits a request and books its fee. @throws Error with the provider's text where the balance does not cover it */
  admit(user: string, account: ViewedAccount | null): Promise<void>
  unsettledFee(user: string): bigint
  /** Charges all users on the chain what they owe. What a sub-account does not cover stays owed. */
  settleFees(): Promise<void>
}

const RESERVE = parseEther('1')
/** What live providers named for a short question. */
const FEE = parseEther('0.001362')
const REFRESH_MS = 30_000
const SIX_DECIMALS = 10n ** 12n

export function createBilling(options: BillingOptions): Billing {
  const { inference, wallet, settle, now, reserve = RESERVE, fee = FEE, refreshMs = REFRESH_MS } = options
  const views = new Map<string, { account: ViewedAccount | null; at: number }>()
  const owed = new Map<string, bigint>()
  const unsettledFee = (user: string): bigint => owed.get(user.toLowerCase()) ?? 0n

  return { view, admit, unsettledFee, settleFees }

  async function view(user: string): Promise<ViewedAccount | null> {
    const known = views.get(user.toLowerCase())
    if (known && now() - known.at < refreshMs) return known.account
    return refresh(user)
  }

  async function refresh(user: string): Promise<ViewedAccount | null> {
    const account = await read(user)
    views.set(user.toLowerCase(), { account, at: now() })
    return account
  }

  async function read(user: string): Promise<ViewedAccount | null> {
    const answer = await call(
      jsonRpc(wallet),
      wallet.address,
      callOf(inference, 'getAccount', [user, wallet.address]),
    ).catch((error: Error) => {
      if (/AccountNotExists/.test(error.message)) return null
      throw error
    })
    if (answer === null) return null
    const [account] = inference.interface.decodeFunctionResult('getAccount', answer) as unknown as [Account]
    const { balance, pendingRefund, generation, acknowledged } = account
    return { available: balance - pendingRefund, generation: Number(generation), acknowledged }
  }

  /** A view that does not suffice is read anew within the same request, so that a top-up works at once. */
  async function admit(user: string, account: ViewedAccount | null): Promise<void> {
    if (!account) throw new Error('get account from contract, account not exist')
    if (!account.acknowledged)
      throw new Error(
        'user not acknowledge the provider, please use acknowledgeProviderSigner function in sdk first, it will take effect in 2 minutes',
      )
    const needed = () => reserve + unsettledFee(user) + fee
    if (account.available < needed()) {
      const available = (await refresh(user))?.available ?? 0n
      if (available < needed()) throw new Error(shortText(available, unsettledFee(user)))
    }
    owed.set(user.toLowerCase(), unsettledFee(user) + fee)
  }

  function shortText(available: bigint, unsettled: bigint): string {
    return (
      `insufficient balance: your locked balance is ${decimal(available)} 0G, but the required minimum is ` +
      `${decimal(reserve + unsettled + fee)} 0G (breakdown: minimum reserve ${decimal(reserve)} 0G + unsettled fees ` +
      `${decimal(unsettled)} 0G + current request fee ${decimal(fee)} 0G). Please add more funds with: ` +
      `0g-compute-cli transfer-fund --provider ${wallet.address} --amount <amount>`
    )
  }

  /** One after the other: what is being charged is still owed. */
  function settleFees(): Promise<void> {
    return inTurn(owed, settleAll)
  }

  async function settleAll(): Promise<void> {
    for (const [user, fees] of owed) {
      if (fees === 0n) continue
      const paid = fees - unsettledIn(await settle(user, fees))
      // Meanwhile it may have served more.
      owed.set(user, (owed.get(user) ?? 0n) - paid)
      views.delete(user)
    }
  }

  /** A settlement of more than the sub-account holds is paid in part. */
  function unsettledIn({ logs }: TransactionReceipt): bigint {
    const events = logs.map((log) => inference.interface.parseLog(log))
    return (events.find((event) => event?.name === 'TEESettlementResult')?.args['unsettledAmount'] as bigint) ?? 0n
  }
}

type Account = { balance: bigint; pendingRefund: bigint; generation: bigint; acknowledged: boolean }

/** OG rounded to six decimals, as the live providers print it. */
function decimal(wei: bigint): string {
  const units = (wei + SIX_DECIMALS / 2n) / SIX_DECIMALS
  return `${units / 1_000_000n}.${String(units % 1_000_000n).padStart(6, '0')}`
}
