import type { Block, Position, ServiceType, SubAccountElsewhere } from '../../machines/position.types.ts'
import { ReadError } from '../base/errors.ts'
import { accountsView, allPages } from './account-list.ts'
import { fineTuningAbi, inferenceAbi } from './abi.ts'
import { decodeOrThrow, type Batch, type Outcome, type ViewCall } from './batch.ts'
import { decodeAccounts, decodeNumber } from './decode.ts'
import { missingIn, pendingOf, subAccountsOf, sumOf } from './reading.ts'
import { view, type Addresses } from './rules.ts'
import { registryAbi } from './services-abi.ts'

/** A registry that explains not all of the locked money is read again after so many blocks. */
const REGISTRY_BLOCKS = 100

/** Sub-accounts in versions of the services that the network does not name. */
export type OtherVersions = {
  /** The calls that a reading makes for the versions found so far; none where nothing is to be explained. */
  calls(): ViewCall[]
  /**
   * What lies in other versions, at the position's block. Takes a request only where neither the known sub-accounts nor the
   * versions found so far explain what is locked.
   *
   * @param outcomes those of `calls()`
   * @throws ReadError
   */
  read(
    position: Pick<Position, 'block' | 'ledger' | 'subAccounts'>,
    outcomes: readonly (Outcome | undefined)[],
  ): Promise<SubAccountElsewhere[]>
}

export type OtherVersionsOptions = { batch: Batch; addresses: Addresses; wallet: string }

/** A registered service that the network does not name. */
type Version = {
  service: string
  serviceType: ServiceType
  address: string
  /** Fine-tuning providers with refunds, as of the last reading: the list omits refunds. */
  pending: readonly string[]
}

/** The ledger counts money in every registered service as locked; its registry says which services there are. */
export function createOtherVersions({ batch, addresses, wallet }: OtherVersionsOptions): OtherVersions {
  let versions: readonly Version[] = []
  let registryReadAt = -Infinity

  return {
    calls: () => versions.flatMap(callsOf),
    async read({ block, ...position }, outcomes) {
      const missing = missingIn(position)
      if (missing <= 0n) {
        versions = []
        registryReadAt = -Infinity
        return []
      }
      const calls = versions.flatMap(callsOf)
      // Another reading may have found versions since these calls were made.
      const own = outcomes.length === calls.length ? outcomes : await batch(calls, block.number)
      const found = await accountsIn(own, block)
      if (sumOf(found) >= missing || block.number < registryReadAt + REGISTRY_BLOCKS) return found
      versions = await readRegistry(block)
      registryReadAt = block.number
      return versions.length === 0 ? [] : accountsIn(await batch(versions.flatMap(callsOf), block.number), block)
    },
  }

  function callsOf({ serviceType, address, pending }: Version): ViewCall[] {
    return [
      view(address, inferenceAbi, 'lockTime'),
      accountsView({ serviceType, address, wallet }),
      ...detailCalls(address, pending),
    ]
  }

  function detailCalls(address: string, providers: readonly string[]): ViewCall[] {
    return providers.map((provider) => view(address, fineTuningAbi, 'getAccount', [wallet, provider]))
  }

  async function readRegistry({ number }: Block): Promise<Version[]> {
    const [outcome] = await batch([view(addresses.ledger, registryAbi, 'getAllActiveServices')], number)
    if (!outcome) throw new ReadError('The node answered fewer calls than were made.', {})
    // Older deployments have no registry.
    if (outcome.reverted) return []
    const [services] = decodeOrThrow(() =>
      registryAbi.decodeFunctionResult('getAllActiveServices', outcome.data),
    ) as unknown as [{ serviceAddress: string; serviceType: string; fullName: string }[]]
    const known = Object.values(addresses)
    // flatMap() of ethers' own arrays gives one with a zero in it where nothing is left.
    return [...services].flatMap(({ serviceAddress: address, serviceType, fullName: service }) =>
      isServiceType(serviceType) && !known.includes(address) ? [{ service, serviceType, address, pending: [] }] : [],
    )
  }

  async function accountsIn(outcomes: readonly (Outcome | undefined)[], block: Block): Promise<SubAccountElsewhere[]> {
    const answers = outcomes.values()
    const found = await Promise.all(
      versions.map((version) => {
        const own = callsOf(version).map(() => answers.next().value)
        return accountsOf(version, own, block)
      }),
    )
    versions = found.map(({ version }) => version)
    return found.flatMap(({ accounts }) => accounts).filter(({ balance }) => balance > 0n)
  }

  async function accountsOf(
    version: Version,
    [lock, list, ...more]: readonly (Outcome | undefined)[],
    block: Block,
  ): Promise<{ version: Version; accounts: SubAccountElsewhere[] }> {
    const { service, serviceType, address } = version
    const answer = decodeFirstPage(lock, list, serviceType)
    if (!answer) return { version, accounts: [] }
    const { lockTime, page } = answer
    const { raw } = await allPages(batch, { serviceType, address, wallet }, page, block.number)
    const details = new Map(version.pending.map((provider, index) => [provider, more[index]]))
    const pending = serviceType === 'fine-tuning' ? pendingOf(raw) : []
    const late = pending.filter((provider) => !details.has(provider))
    const outcomes = late.length === 0 ? [] : await batch(detailCalls(address, late), block.number)
    for (const [index, provider] of late.entries()) details.set(provider, outcomes[index])
    const accounts = subAccountsOf({ serviceType, lockTime, raw }, { block, details })
    return { version: { ...version, pending }, accounts: accounts.map((one) => ({ ...one, service, lockTime })) }
  }
}

/** Null for a contract of another form: its money stays unexplained, and must not keep the position from being read. */
function decodeFirstPage(lock: Outcome | undefined, accounts: Outcome | undefined, serviceType: ServiceType) {
  try {
    return { lockTime: Number(decodeNumber(lock, 'lockTime')), page: decodeAccounts(accounts, serviceType) }
  } catch {
    return null
  }
}

const isServiceType = (type: string): type is ServiceType => type === 'inference' || type === 'fine-tuning'
