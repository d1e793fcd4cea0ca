import type { Block, Position, ServiceType } from '../../machines/position.types.ts'
import { ReadError, StaleReadingError } from '../base/errors.ts'
import { fineTuningAbi, inferenceAbi, ledgerAbi, multicallAbi } from './abi.ts'
import { query, type Batch, type Outcome, type ViewCall } from './batch.ts'
import { createAccountsDecoder, createLedgerDecoder, decodeNumber } from './decode.ts'
import { accountsView, allPages } from './account-list.ts'
import { createOtherVersions } from './other-versions.ts'
import { pendingOf, positionOf, type Reading } from './reading.ts'
import { BLOCK_PROOF, decodeBlockProof } from './block-proof.ts'
import type { BlockTag, Rpc } from './rpc.types.ts'
import { view, type Addresses } from './rules.ts'
import { isUnknownBlock } from './unknown-block.ts'

export type ReaderOptions = {
  rpc: Rpc
  batch: Batch
  addresses: Addresses
  wallet: string
  /** Multicall3's address, or null where the chain has none. */
  multicall: string | null
  /** Whether the node runs code without an address, which proves at which block it answers. */
  provesBlock: boolean
}

export type Reader = { readPosition(): Promise<Position> }

/**
 * Reads a wallet's position at one block. With Multicall3 that is one request: the call itself returns its block. Without
 * it the reader first asks for the head and then reads everything at that block.
 */
export function createReader(options: ReaderOptions): Reader {
  const { rpc, batch, addresses, wallet, multicall, provesBlock } = options
  const services = servicesOf(addresses)
  const decodeAccounts = createAccountsDecoder()
  const decodeLedger = createLedgerDecoder()
  const otherVersions = createOtherVersions({ batch, addresses, wallet })
  /** Fine-tuning providers with refunds: the next request reads their accounts too, because the list omits refunds. */
  let pending: string[] = []

  /** The calls of every reading: encoding them takes longer than decoding an answer that did not change. */
  const usual = usualCalls(options, services)

  return { readPosition }

  async function readPosition(): Promise<Position> {
    const first = multicall ? await readAt('latest', pending) : await readPinnedPosition(await readHead())
    const missing = first.pending.filter((provider) => !first.details.has(provider))
    // Where the second read fails, the next reading has these accounts in its first one.
    pending = first.pending
    const reading = missing.length === 0 ? first : await readAt(first.block.number, first.pending)
    if (reading.block.number !== first.block.number)
      throw stale({ requested: first.block.number, answered: reading.block.number })
    pending = reading.pending
    const position = positionOf(reading, wallet)
    const elsewhere = await otherVersions.read(position, reading.elsewhere)
    return elsewhere.length === 0 ? position : { ...position, elsewhere }
  }

  /**
   * Reads at the head. Behind one URL the node of the calls may lag behind the node of the head and not know its block: then the
   * reading is at the latest block that the lagging node proves to have.
   */
  async function readPinnedPosition(head: Block): Promise<Reading> {
    try {
      return await readAt(head.number, pending)
    } catch (error) {
      if (!provesBlock || !isUnknownBlock(error)) throw error
      const older = decodeBlockProof(await query(() => rpc.call({ data: BLOCK_PROOF }, 'latest')))
      if (older.number >= head.number) throw error
      return readAt(older.number, pending)
    }
  }

  /** Finds the block to read at and, in the same request, the fine-tuning accounts with refunds. */
  async function readHead(): Promise<Block> {
    const { fineTuning } = addresses
    const list = fineTuning ? [accountsView({ serviceType: 'fine-tuning', address: fineTuning, wallet })] : []
    const [header, outcomes] = await Promise.all([query(() => rpc.block('latest')), batch(list, 'latest')])
    if (!header) throw new ReadError('The node has no latest block.', {})
    if (outcomes.length > 0) pending = pendingOf(decodeAccounts(outcomes[0], 'fine-tuning').accounts)
    return { number: header.number, timestamp: header.timestamp }
  }

  async function readAt(blockTag: BlockTag, withRefunds: readonly string[]): Promise<Reading> {
    const fineTuning = addresses.fineTuning
    const others = otherVersions.calls()
    const calls = [
      ...usual,
      ...(fineTuning ? withRefunds.map((p) => view(fineTuning, fineTuningAbi, 'getAccount', [wallet, p])) : []),
      ...others,
    ]
    const [outcomes, head] = await Promise.all([batch(calls, blockTag), multicall ? null : readPinned(blockTag)])
    const answers = outcomes.values()
    const next = (): Outcome | undefined => answers.next().value
    const block = head?.block ?? {
      number: numberOf(next(), 'getBlockNumber'),
      timestamp: numberOf(next(), 'getCurrentBlockTimestamp'),
    }
    const gas = head?.balance ?? decodeNumber(next(), 'getEthBalance')
    const ledger = decodeLedger(next())
    const accounts: Reading['accounts'] = []
    for (const [serviceType, address] of services) {
      const lockTime = numberOf(next(), 'lockTime')
      const page = decodeAccounts(next(), serviceType)
      const raw = await allPages(batch, { serviceType, address, wallet }, page, block.number)
      accounts.push({ serviceType, lockTime, raw })
    }
    const details = new Map(withRefunds.map((provider) => [provider, next()]))
    const elsewhere = others.map(next)
    const fineTuningAccounts = accounts.find(({ serviceType }) => serviceType === 'fine-tuning')?.raw ?? []
    return { block, gas, ledger, accounts, details, elsewhere, pending: pendingOf(fineTuningAccounts) }
  }

  /** Without Multicall3: reads balance and block proof in the same batch as the rest. */
  async function readPinned(blockTag: BlockTag): Promise<{ block: Block; balance: bigint }> {
    const [proof, header, balance] = await query(() =>
      Promise.all([
        provesBlock ? rpc.call({ data: BLOCK_PROOF }, blockTag) : null,
        provesBlock ? null : rpc.block(blockTag),
        rpc.balance(wallet, blockTag),
      ]),
    )
    const block = proof !== null ? decodeBlockProof(proof) : header
    if (!block) throw new ReadError('The node does not have the block that it named as its latest.', {})
    if (block.number !== blockTag) throw stale({ requested: Number(blockTag), answered: block.number })
    return { block: { number: block.number, timestamp: block.timestamp }, balance }
  }
}

function usualCalls(
  { addresses, wallet, multicall }: ReaderOptions,
  services: readonly [ServiceType, string][],
): ViewCall[] {
  return [
    ...(multicall
      ? [
          view(multicall, multicallAbi, 'getBlockNumber'),
          view(multicall, multicallAbi, 'getCurrentBlockTimestamp'),
          view(multicall, multicallAbi, 'getEthBalance', [wallet]),
        ]
      : []),
    view(addresses.ledger, ledgerAbi, 'getLedger', [wallet]),
    ...services.flatMap(([serviceType, address]) => [
      view(address, inferenceAbi, 'lockTime'),
      accountsView({ serviceType, address, wallet }),
    ]),
  ]
}

function servicesOf({ inference, fineTuning }: Addresses): [ServiceType, string][] {
  return [['inference', inference], ...(fineTuning ? [['fine-tuning', fineTuning] as [ServiceType, string]] : [])]
}

const numberOf = (outcome: Outcome | undefined, method: string): number => Number(decodeNumber(outcome, method))

function stale({ requested, answered }: { requested: number; answered: number }): StaleReadingError {
  return new StaleReadingError({ requested: `block ${requested}`, answered: `block ${answered}` })
}
