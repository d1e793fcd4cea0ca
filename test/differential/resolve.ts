import type { Position } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { ContractCall } from '../../src/testing/contracts/contract-call.ts'
import type { Contracts } from '../../src/testing/contracts/contracts.ts'
import { HASH, idOf, ledger, NAMES, on, VERSIONS, ZERO, type Action } from './calls.ts'
import { timeOf, weiOf } from './amounts.ts'
import { lookAt, nonsense } from './oddities.ts'
import { nth } from './nth.ts'
import type { SettlementDraft, TaskDraft } from './drafts.ts'
import type { Amount, ProviderRef, RegisteredRef, ServiceRef, SettlementItem, Step } from './step.ts'
import { fineTuningOffer, inferenceOffer, type People } from './world.ts'

const STAKE = 100n * 10n ** 18n
/** The last two are at and past the limit of 4096 bytes. */
const INFOS = ['', '{"a":1}', 'grüß dich', 'é'.repeat(2_048), `${'é'.repeat(2_048)}!`]

/** The transactions of a step, one at a time: each follows from the state that the one before left. */
export function* resolve(step: Step, people: People, simulated: Contracts, now: () => number): Generator<Action> {
  const at = () => ({ number: 0, timestamp: now() })
  const position = (wallet: string) => simulated.positionOf(wallet, at())
  const { wallets, owner } = people
  const providersOf = (service: ServiceRef) => people[service]
  const time = timeOf(
    step.when,
    now(),
    concerned().flatMap((wallet) => position(wallet).subAccounts),
  )
  let isFirst = true

  switch (step.do) {
    case 'addLedger':
      yield send(user(step.wallet), ledger('addLedger', INFOS[step.info]), ownAmount(step.value))
      return
    case 'depositFund':
      yield send(user(step.wallet), ledger('depositFund'), ownAmount(step.value))
      return
    case 'depositFundFor':
      yield send(
        user(step.wallet),
        ledger('depositFundFor', step.to === 'zero' ? ZERO : user(step.to)),
        ownAmount(step.value),
      )
      return
    case 'updateAdditionalInfo':
      yield send(user(step.wallet), ledger('updateAdditionalInfo', INFOS[step.info]))
      return
    case 'refund':
      yield send(user(step.wallet), ledger('refund', ownAmount(step.amount)))
      return
    case 'deleteLedger':
      yield send(user(step.wallet), ledger('deleteLedger'))
      return
    case 'transferFund': {
      const provider = providerOf(step.provider, step.service)
      const amount = amountOf(step.amount, user(step.wallet), provider, step.service)
      yield send(user(step.wallet), ledger('transferFund', provider, NAMES[step.service], amount))
      return
    }
    case 'retrieveFund': {
      const providers = step.providers.map((one) => providerOf(one, step.service))
      yield send(user(step.wallet), ledger('retrieveFund', providers, NAMES[step.service]))
      return
    }
    case 'acknowledgeTEESigner':
      yield send(user(step.wallet), on(step.service, step.do, providerOf(step.provider, step.service), step.value))
      return
    case 'revokeToken':
      yield send(user(step.wallet), on('inference', step.do, providerOf(step.provider), BigInt(step.token)))
      return
    case 'revokeTokens':
      yield send(user(step.wallet), on('inference', step.do, providerOf(step.provider), step.tokens.map(BigInt)))
      return
    case 'revokeAllTokens':
      yield send(user(step.wallet), on('inference', step.do, providerOf(step.provider)))
      return
    case 'settle': {
      const provider = nth(people.inference, step.provider)
      const settlements = step.items.map((item, index) => settlementOf(item, provider, BigInt(index)))
      yield send(provider, on('inference', 'settleFeesWithTEE', settlements))
      return
    }
    case 'addDeliverable':
      yield send(nth(people.fineTuning, step.provider), on('fineTuning', step.do, user(step.user), idOf(step.id), HASH))
      return
    case 'acknowledgeDeliverable':
      yield send(user(step.wallet), on('fineTuning', step.do, nth(people.fineTuning, step.provider), idOf(step.id)))
      return
    case 'settleTask': {
      const provider = nth(people.fineTuning, step.provider)
      const { provider: _, totalFee: taskFee, ...rest } = settlementOf(step.item, provider, 0n, 'fineTuning')
      const modelRootHash = step.hash === 'same' ? HASH : '0x99'
      const encryptedSecret = step.secret ? '0xabcd' : '0x'
      const task: TaskDraft = { ...rest, id: idOf(step.id), taskFee, modelRootHash, encryptedSecret }
      yield send(provider, on('fineTuning', 'settleFees', task))
      return
    }
    case 'work':
      yield* work(step, nth(people.fineTuning, step.provider), user(step.user))
      return
    case 'updateLockTime':
      yield send(step.byOwner ? owner : user(0), on(step.service, step.do, BigInt(step.seconds)))
      return
    case 'acceptSigner': {
      const method = step.value ? 'acknowledgeTEESignerByOwner' : 'revokeTEESignerAcknowledgement'
      yield send(step.byOwner ? owner : user(0), on(step.service, method, providersOf(step.service)[step.provider]))
      return
    }
    case 'updatePenalty':
      yield send(step.byOwner ? owner : user(0), on('fineTuning', 'updatePenaltyPercentage', BigInt(step.percentage)))
      return
    case 'offer':
      yield offer(step, nth(providersOf(step.service), step.provider))
      return
    case 'removeService':
      yield send(providersOf(step.service)[step.provider] ?? user(0), on(step.service, step.do))
      return
    case 'registerService': {
      const [type, version] = VERSIONS[step.name]
      const address = registrableOf(step.contract)
      yield send(by(step.byOwner), ledger(step.do, type, version, address, `${type} ${version}`))
      return
    }
    case 'setRecommendedService':
      yield send(by(step.byOwner), ledger(step.do, ...VERSIONS[step.name]))
      return
    case 'transferOwnership': {
      const to = { owner, zero: ZERO, user: user(0) }[step.to]
      yield send(by(step.byOwner), { contract: step.contract, method: step.do, args: [to] })
      return
    }
    case 'openMany':
      for (const provider of people.strangers.slice(step.from, step.from + step.count))
        yield send(user(step.wallet), ledger('transferFund', provider, NAMES[step.service], 10n ** 18n))
      return
    case 'nonsense':
      yield nonsense(step.what, user(step.wallet), people, send)
      return
    case 'look':
      yield { kind: 'question', question: lookAt(step, user(step.wallet), people) }
      return
    default:
      step satisfies never
  }

  /** The first transaction has the time of the step, each further one comes a second later. */
  function send(from: string, call: ContractCall, value = 0n): Action {
    const timestamp = isFirst ? time : now() + 1
    isFirst = false
    return { kind: 'transaction', transaction: { from, call, value, timestamp } }
  }

  function by(isOwner: boolean): string {
    return isOwner ? owner : user(0)
  }

  function registrableOf(ref: RegisteredRef): string {
    if (typeof ref === 'number') return nth(people.unlinked, ref)
    return { ...people.contracts, user: user(0), zero: ZERO }[ref]
  }

  /** Wallets whose refunds a step may wait for. */
  function concerned(): readonly string[] {
    return 'wallet' in step ? [user(step.wallet)] : wallets
  }

  function* work({ fee, times, acknowledged }: Extract<Step, { do: 'work' }>, provider: string, wallet: string) {
    for (let index = 0; index < times; index += 1) {
      const id = `work-${now()}-${index}`
      const taskFee = amountOf(fee, wallet, provider, 'fineTuning')
      yield send(provider, on('fineTuning', 'addDeliverable', wallet, id, HASH))
      if (acknowledged || index < times - 1)
        yield send(wallet, on('fineTuning', 'acknowledgeDeliverable', provider, id))
      const encryptedSecret = acknowledged || index < times - 1 ? '0xabcd' : '0x'
      const nonce = nonceOf(wallet, provider, 'fineTuning') + 1n
      const task: TaskDraft = {
        id,
        encryptedSecret,
        modelRootHash: HASH,
        nonce,
        taskFee,
        user: wallet,
        signer: provider,
        spoil: 'nothing',
      }
      yield send(provider, on('fineTuning', 'settleFees', task))
    }
  }

  function offer({ service, change, stake }: Extract<Step, { do: 'offer' }>, provider: string): Action {
    const signer = change === 'signer' ? user(2) : provider
    const inference = {
      ...(change === 'url' && { url: 'https://b' }),
      ...(change === 'model' && { model: 'b' }),
      ...(change === 'info' && { additionalInfo: INFOS.at(-1) }),
    }
    const args =
      service === 'inference' ? [inferenceOffer(signer, inference)] : fineTuningOffer(signer, inference.url ?? '')
    const exists = simulated.view({ contract: service, method: 'getService', args: [provider] }).ok
    const right = exists ? 0n : STAKE
    const value = stake === 'right' ? right : stake === 'less' ? STAKE - 1n : 0n
    return send(provider, on(service, 'addOrUpdateService', ...args), value)
  }

  function settlementOf(
    item: SettlementItem,
    provider: string,
    offset: bigint,
    service: ServiceRef = 'inference',
  ): SettlementDraft {
    const wallet = user(item.user)
    const last = nonceOf(wallet, provider, service)
    return {
      user: wallet,
      provider: item.provider === 'own' ? provider : nth(people.inference, 1),
      totalFee: amountOf(item.fee, wallet, provider, service),
      nonce: item.nonce === 'next' ? last + 1n + offset : item.nonce === 'same' ? last : 0n,
      signer: { own: provider, other: user(2), none: null }[item.signer],
      spoil: item.spoil,
    }
  }

  function nonceOf(wallet: string, provider: string, contract: ServiceRef): bigint {
    const answer = simulated.view({ contract, method: 'getAccount', args: [wallet, provider] })
    return answer.ok ? (answer.value as { nonce: bigint }).nonce : 5n
  }

  function user(index: number): string {
    return nth(wallets, index)
  }

  function ownAmount(amount: Amount): bigint {
    return weiOf(amount, position('wallet' in step ? user(step.wallet) : owner))
  }

  function amountOf(amount: Amount, wallet: string, provider: string, service: ServiceRef | 'none' | 'second'): bigint {
    const now = position(wallet)
    return weiOf(amount, now, accountOf(now, provider, service))
  }

  function providerOf(ref: ProviderRef, service: ServiceRef | 'none' | 'second' = 'inference'): string {
    if (ref === 'zero') return ZERO
    if (ref === 'self') return 'wallet' in step ? user(step.wallet) : owner
    if (ref === 'other') return user(2)
    if (ref === 'stranger') return nth(people.strangers, 0)
    const providers = service === 'none' || service === 'second' ? people.inference : providersOf(service)
    return providers[ref] ?? nth(people.strangers, 1)
  }
}

function accountOf(position: Position, provider: string, service: ServiceRef | 'none' | 'second') {
  return subAccountIn(position, { provider, serviceType: service === 'fineTuning' ? 'fine-tuning' : 'inference' })
}
