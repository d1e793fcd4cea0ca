import type { ServiceType } from '../../machines/position.types.ts'
import { ReadError } from '../base/errors.ts'
import { fineTuningAbi, inferenceAbi } from './abi.ts'
import type { Batch, ViewCall } from './batch.ts'
import { decodeAccounts } from './decode.ts'
import type { RawAccount } from './raw.types.ts'
import { view } from './rules.ts'

/** The largest page of the contracts' lists. */
const PAGE = 50

/** The list of a wallet's sub-accounts in one service contract. */
export type AccountList = { serviceType: ServiceType; address: string; wallet: string }

/** The call for a page of the list. */
export function accountsView({ serviceType, address, wallet }: AccountList, offset = 0): ViewCall {
  const abi = serviceType === 'inference' ? inferenceAbi : fineTuningAbi
  return view(address, abi, 'getAccountsByUser', [wallet, offset, PAGE])
}

/** Reads the pages after the first one. Deployments without a limit of sub-accounts may have several. */
export async function allPages(
  batch: Batch,
  list: AccountList,
  { accounts, total }: { accounts: RawAccount[]; total: number },
  blockNumber: number,
): Promise<{ raw: RawAccount[]; pages: number }> {
  let pages = 1
  while (accounts.length < total) {
    const [outcome] = await batch([accountsView(list, accounts.length)], blockNumber)
    const page = decodeAccounts(outcome, list.serviceType)
    if (page.accounts.length === 0) throw new ReadError('The list of sub-accounts ends before its total.', {})
    accounts = [...accounts, ...page.accounts]
    pages += 1
  }
  return { raw: accounts, pages }
}
