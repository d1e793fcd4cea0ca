import type { Block, Position } from '../../machines/position.types.ts'
import { ReadError, StaleReadingError } from '../base/errors.ts'
import { fineTuningAbi, multicallAbi } from './abi.ts'
import { query, type Batch, type Outcome, type ViewCall } from './batch.ts'
import { createAccountsDecoder, createLedgerDecoder, decodeAccounts, decodeLedger, decodeNumber } from './decode.ts'
import { accountsView, allPages } from './account-list.ts'
import { checkChainId } from './chain-check.ts'
import type { LastAnswers, PositionAt } from './last-answers.ts'
import { missingIn, pendingOf, positionOf, type Reading } from './reading.ts'
import { BLOCK_PROOF, decodeBlockProof } from './block-proof.ts'
import type { BlockTag, Rpc } from './rpc.types.ts'
import type { OtherVersions } from './other-versions.ts'
import { rooms } from './rooms.ts'
import { view, type Addresses } from './rules.ts'
import { callsFor, servicesOf, type WalletView } from './wallet-views.ts'
import { isUnknownBlock } from './unknown-block.ts'

export type ReaderOptions = {
  rpc: Rpc
  batch: Batch
  addresses: Addresses
  wallet: string
  chainId: bigint
  /** Multicall3's address, or null where the chain has none. */
  multicall: string | null
  /** The calls of every reading. */
  views: readonly WalletView[]
  /** Whether the node runs code without an address, which proves at which block it answers. */
  provesBlock: boolean
  /** Where many wallets are read: keeps what the next reading need not send again. */
  last?: LastAnswers | null
}

export type Reader = { readPosition(): Promise<Position> }

/** What the node answered, not yet decoded. */
type Answers = {
  block: Block
  /** Of gas, in wei; null where it is the first of the usual answers. */
  balance: bigint | null
  usual: (Outcome | undefined)[]
} & Pick<Reading, 'details' | 'elsewhere'>

/**
 * Reads a wallet's position at one block. With Multicall3 that is one request: the call itself returns its block. Without
 * it the reader first asks for the head and then reads everything at that block.
 */
export function createReader(options: ReaderOptions): Reader {
  const { rpc, batch, addresses, wallet, chainId, multicall, views, provesBlock, last = null } = options
  const services = servicesOf(addresses)
  const decoded = last
    ? { accounts: decodeAccounts, ledger: decodeLedger }
    : { accounts: createAccountsDecoder(), ledger: createLedgerDecoder() }
  /** Most wallets have nothing in other versions. */
  let others: OtherVersions | null = null
  /** Fine-tuning providers with refunds: the next request reads their accounts too, because the list omits refunds. */
  let pending: string[] = []

  const ofBlock = multicall ? blockCalls(multicall) : []

  return { readPosition }

  async function othersOf(): Promise<OtherVersions> {
    const { createOtherVersions } = await rooms.otherVersions.load()
    return (others ??= createOtherVersions({ batch, addresses, wallet }))
  }

  async function readPosition(): Promise<Position> {
    const answers = multicall ? await ask('latest', pending) : await askPinned(await readHead())
    const first = await decode(answers)
    const missing = first.pending.filter((provider) => !first.details.has(provider))
    // Where the second read fails, the next reading has these accounts in its first one.
    pending = first.pending
    const reading = missing.length === 0 ? first : await decode(await ask(first.block.number, first.pending))
    if (reading.block.number !== first.block.number)
      throw stale({ requested: first.block.number, answered: reading.block.number })
    pending = reading.pending
    const position = positionOf(reading, wallet)
    const isExplained = missingIn(position) <= 0n && !others
    const elsewhere = isExplained ? [] : await (await othersOf()).read(position, reading.elsewhere)
    const isOfUsual = isWhole(answers) && isUsual(reading, position)
    last?.keep(isOfUsual ? { outcomes: answers.usual, position, at: positionAt(reading, position) } : null)
    return elsewhere.length === 0 ? position : { ...position, elsewhere }
  }

  /** Whether the usual calls were all. */
  function isWhole({ details, elsewhere }: Answers): boolean {
    return details.size === 0 && elsewhere.length === 0
  }

  /** Whether the answers to the usual calls are all that the position is made of. */
  function isUsual({ accounts, pending: withRefunds }: Reading, position: Position): boolean {
    return withRefunds.length === 0 && accounts.every(({ pages }) => pages === 1) && missingIn(position) <= 0n
  }

  function positionAt(reading: Reading, position: Position): PositionAt {
    // Time makes refunds claimable.
    const hasRefunds = position.subAccounts.some(({ refunds }) => refunds.length > 0)
    return hasRefunds ? decodedAt(reading, wallet) : movedTo(position)
  }

  /**
   * Asks at the head. Behind one URL the node of the calls may lag behind the node of the head and not know its block: then it is asked
   * at the latest block that the lagging node proves to have.
   */
  async function askPinned(head: Block): Promise<Answers> {
    try {
      return await ask(head.number, pending)
    } catch (error) {
      if (!provesBlock || !isUnknownBlock(error)) throw error
      const older = decodeBlockProof(await query(() => rpc.call({ data: BLOCK_PROOF }, 'latest')))
      if (older.number >= head.number) throw error
      return ask(older.number, pending)
    }
  }

  /** Finds the block to read at and, in the same request, the fine-tuning accounts with refunds. */
  async function readHead(): Promise<Block> {
    const { fineTuning } = addresses
    const list = fineTuning ? [accountsView({ serviceType: 'fine-tuning', address: fineTuning, wallet })] : []
    const [header, outcomes] = await Promise.all([query(() => rpc.block('latest')), batch(list, 'latest')])
    if (!header) throw new ReadError('The node has no latest block.', {})
    if (outcomes.length > 0) pending = pendingOf(decoded.accounts(outcomes[0], 'fine-tuning').accounts)
    return { number: header.number, timestamp: header.timestamp }
  }

  async function ask(blockTag: BlockTag, withRefunds: readonly string[]): Promise<Answers> {
    const fineTuning = addresses.fineTuning
    const usual = callsFor(views, wallet)
    const elsewhere = others?.calls() ?? []
    const calls = [
      ...ofBlock,
      ...usual,
      ...(fineTuning ? withRefunds.map((p) => view(fineTuning, fineTuningAbi, 'getAccount', [wallet, p])) : []),
      ...elsewhere,
    ]
    const [outcomes, pinned] = await Promise.all([batch(calls, blockTag), multicall ? null : readPinned(blockTag)])
    const answers = outcomes.values()
    const next = (): Outcome | undefined => answers.next().value
    if (multicall) checkChainId(decodeNumber(next(), 'getChainId'), chainId)
    const block = pinned?.block ?? {
      number: numberOf(next(), 'getBlockNumber'),
      timestamp: numberOf(next(), 'getCurrentBlockTimestamp'),
    }
    return {
      block,
      balance: pinned?.balance ?? null,
      usual: usual.map(next),
      details: new Map(withRefunds.map((provider) => [provider, next()])),
      elsewhere: elsewhere.map(next),
    }
  }

  async function decode({ block, balance, usual: outcomes, details, elsewhere }: Answers): Promise<Reading> {
    const answers = outcomes.values()
    const next = (): Outcome | undefined => answers.next().value
    const gas = balance ?? decodeNumber(next(), 'getEthBalance')
    const ledger = decoded.ledger(next())
    const accounts: Reading['accounts'] = []
    for (const [serviceType, address] of services) {
      const lockTime = numberOf(next(), 'lockTime')
      const page = decoded.accounts(next(), serviceType)
      const { raw, pages } = await allPages(batch, { serviceType, address, wallet }, page, block.number)
      accounts.push({ serviceType, lockTime, raw, pages })
    }
    const fineTuningAccounts = accounts.find(({ serviceType }) => serviceType === 'fine-tuning')?.raw ?? []
    return { block, gas, ledger, accounts, details, elsewhere, pending: pendingOf(fineTuningAccounts) }
  }

  /** Without Multicall3: reads balance and block proof in the same batch as the rest. */
  async function readPinned(blockTag: BlockTag): Promise<{ block: Block; balance: bigint }> {
    const [proof, header, balance, answered] = await query(() =>
      Promise.all([
        provesBlock ? rpc.call({ data: BLOCK_PROOF }, blockTag) : null,
        provesBlock ? null : rpc.block(blockTag),
        rpc.balance(wallet, blockTag),
        rpc.chainId(),
      ]),
    )
    checkChainId(answered, chainId)
    const block = proof !== null ? decodeBlockProof(proof) : header
    if (!block) throw new ReadError('The node does not have the block that it named as its latest.', {})
    if (block.number !== blockTag) throw stale({ requested: Number(blockTag), answered: block.number })
    return { block: { number: block.number, timestamp: block.timestamp }, balance }
  }
}

// Two functions apart: what one of them needs does not stay for the other.
const decodedAt =
  (reading: Reading, wallet: string): PositionAt =>
  (block) =>
    positionOf({ ...reading, block }, wallet)
const movedTo =
  (position: Position): PositionAt =>
  (block) => ({ ...position, block })

const blockCalls = (multicall: string): ViewCall[] => [
  view(multicall, multicallAbi, 'getChainId'),
  view(multicall, multicallAbi, 'getBlockNumber'),
  view(multicall, multicallAbi, 'getCurrentBlockTimestamp'),
]

const numberOf = (outcome: Outcome | undefined, method: string): number => Number(decodeNumber(outcome, method))

function stale({ requested, answered }: { requested: number; answered: number }): StaleReadingError {
  return new StaleReadingError({ requested: `block ${requested}`, answered: `block ${answered}` })
}
