import type { Account, Client, JsonRpcAccount, LocalAccount } from 'viem'
import { InvalidInputError } from '../index.ts'

export function isClient(source: LocalAccount | Client): source is Client {
  return 'transport' in source
}

/** Refuses what JavaScript may pass for an account or a client. No message repeats a string: it may be a key. */
export function checkedSource(source: unknown): void {
  if (typeof source === 'string')
    throw new InvalidInputError('A string is no account of viem.', {
      do: 'pass privateKeyToAccount(key), or a wallet client',
    })
  const isObject = typeof source === 'object' && source !== null
  if (isObject && ('transport' in source || 'type' in source)) return
  throw new InvalidInputError('This is neither an account nor a wallet client of viem.', {
    do: 'pass privateKeyToAccount(key), or createWalletClient({ account, transport })',
  })
}

/** @throws InvalidInputError for a client without an account, and an account that is no key */
export function checkedAccount(account: Account | undefined): LocalAccount | JsonRpcAccount {
  if (account === undefined)
    throw new InvalidInputError('The wallet client has no account.', {
      do: 'pass one to createWalletClient: account: (await client.requestAddresses())[0]',
    })
  if (account.type === 'json-rpc') return account
  if (account.type === 'local' && typeof account.signTransaction === 'function') return account
  throw new InvalidInputError('This account signs no transactions of its own address.', {
    type: account.type,
    do: 'a smart account is no wallet of a ledger: pass the account of a key',
  })
}

/** Refuses a read side that could not be asked: it would fail at the first reading, as if the node were down. */
export function checkReadSide(read: unknown): void {
  if (read === undefined) return
  if (typeof read === 'object' && read !== null) {
    const { rpc, publicClient, ...others } = read as Record<string, unknown>
    const isRpc = typeof rpc === 'string' || typeof rpc === 'function'
    const isClientThere = typeof publicClient === 'object' && publicClient !== null && 'request' in publicClient
    const isOne = isRpc ? publicClient === undefined : rpc === undefined && isClientThere
    if (isOne && Object.keys(others).length === 0) return
  }
  throw new InvalidInputError('The read side is { rpc } or { publicClient }.', {
    do: 'pass { rpc: url }, { rpc: http(url) } or { publicClient: createPublicClient({ transport }) }',
  })
}
