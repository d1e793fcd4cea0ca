import { toPolicy, type Broker, type Budget } from '../../index.ts'
import { fundedProvidersIn, type FundedProvider, type FundingConfig } from '../config/file.ts'
import type { DepositTerms } from '../config/deposit-terms.ts'
import type { Terms } from '../config/terms.ts'
import { og, short } from './words.ts'

/**
 * What the user is asked to agree to: which providers are funded, up to what, and within which limits.
 *
 * @param payer the address of a treasury that deposits; null where the wallet deposits
 */
export function fundingWords(
  broker: Broker,
  config: FundingConfig,
  { place, payer }: { place: string; payer: string | null },
): [string, string][] {
  const funded = fundedProvidersIn(config)
  return [
    ['do', 'whenever less is available than required, transfer what is missing'],
    ...(isAlike(funded) ? alikeWords(broker, funded) : funded.map((one) => ownWords(broker, one))),
    ...(config.budget ? [['all together', budgetInWords(config.budget)] as [string, string]] : []),
    ...(config.autoClaim
      ? [['and', 'claim refunds of every sub-account once their lock is over'] as [string, string]]
      : []),
    ['from', 'the ledger'],
    ...(config.autoDeposit ? depositWords(config.autoDeposit, payer) : []),
    ['wallet', broker.wallet],
    ['network', place],
  ]
}

function alikeWords(broker: Broker, funded: readonly FundedProvider[]): [string, string][] {
  const [first] = funded
  if (!first) return []
  const limits = limitsInWords(first.terms)
  return [
    ['required', requiredInWords(broker, first.terms)],
    ...(limits.length === 0 ? [] : [['each', limits.join(', ')] as [string, string]]),
    ['to', `the ${first.service} sub-accounts with ${funded.map(({ provider }) => provider).join(', ')}`],
  ]
}

function ownWords(broker: Broker, { provider, service, terms }: FundedProvider): [string, string] {
  const words = [`required ${requiredInWords(broker, terms)}`, ...limitsInWords(terms)]
  return [`to ${short(provider)}`, `${service} ${provider}: ${words.join(', ')}`]
}

function requiredInWords({ minLockedBalance: usual }: Broker, terms: Terms): string {
  const { minLockedBalance, target, runway } = terms
  const { bufferMultiplier, target: filledTo } = toPolicy(terms, usual).levels
  const least = minLockedBalance === undefined ? og(usual) : inOg(minLockedBalance)
  const base = `${bufferMultiplier} × ${least}`
  if (runway) return `${base}, and more where less than ${runway.trigger} is left: then ${runway.target}`
  if (target !== undefined && typeof target !== 'number') return `${base}, filled up to ${inOg(target)}`
  const multiplier = filledTo && 'multiplier' in filledTo ? filledTo.multiplier : bufferMultiplier
  return multiplier === bufferMultiplier ? base : `${base}, filled up to ${multiplier} × ${least}`
}

/** The limits that are set, each in a few words. */
export function limitsInWords(terms: Terms): string[] {
  const { maxTopUp, budget, cooldownMs, onPendingRefund, autoClaim, unsettledFee, maxUnsettledFee, firstDay } = terms
  return [
    ...(maxTopUp === undefined ? [] : [`at most ${inOg(maxTopUp)} at once`]),
    ...(budget ? [budgetInWords(budget)] : []),
    ...reserveInWords(terms),
    ...sizeInWords(terms),
    ...(cooldownMs === undefined ? [] : [`at least ${cooldownMs / 1_000} s apart`]),
    ...(onPendingRefund === 'reuse' ? ['pending refunds are taken from first'] : []),
    ...(autoClaim === true ? ['refunds are claimed once their lock is over'] : []),
    ...idlenessInWords(terms),
    ...(unsettledFee === false ? ['unsettled fees are not asked for'] : []),
    ...(maxUnsettledFee === undefined ? [] : [`nothing to one that claims more than ${inOg(maxUnsettledFee)}`]),
    ...(firstDay === undefined
      ? []
      : [
          firstDay === 'off'
            ? 'new ones get as much as known ones'
            : `at most ${inOg(firstDay)} to a new one within a day`,
        ]),
    ...(terms.force === true ? ['paid also where no such service is offered'] : []),
  ]
}

function reserveInWords({ ledgerReserve }: Terms): string[] {
  if (ledgerReserve === undefined) return []
  if (typeof ledgerReserve !== 'object') return [`${inOg(ledgerReserve)} stay in the ledger`]
  const { amount, soft } = ledgerReserve
  return [`${inOg(amount)} stay in the ledger${soft ? ', unless a provider is at its minimum' : ''}`]
}

function idlenessInWords({ reclaimIdle }: Terms): string[] {
  if (!reclaimIdle) return []
  const { after, keep, when = 'needed' } = reclaimIdle
  const what = keep === undefined ? 'what is free' : `what is free beyond ${inOg(keep)}`
  return [`${what} comes back after ${after} without use${when === 'needed' ? ', while the ledger is short' : ''}`]
}

function sizeInWords({ minTopUp, step, maxGasShare, allOrNothing }: Terms): string[] {
  return [
    ...(minTopUp === undefined ? [] : [`at least ${inOg(minTopUp)} at once`]),
    ...(step === undefined ? [] : [`in steps of ${inOg(step)}`]),
    ...(maxGasShare === undefined ? [] : [`gas is at most ${maxGasShare * 100} % of it`]),
    ...(allOrNothing === true ? ['all that is missing or nothing'] : []),
  ]
}

function depositWords(terms: DepositTerms, payer: string | null): [string, string][] {
  const { trigger, target, runway, maxLedger, maxDeposit, budget, gasReserve, cooldownMs } = terms
  const when = runway
    ? `whenever the ledger lasts less than ${runway.trigger}, deposit as much as ${runway.target} take`
    : `whenever less than ${trigger} OG stay in the ledger, fill it up to ${target} OG`
  const limits = [
    ...(maxLedger === undefined ? [] : [`at most ${maxLedger} OG in the ledger`]),
    ...(maxDeposit === undefined ? [] : [`at most ${maxDeposit} OG at once`]),
    ...(budget ? [budgetInWords(budget)] : []),
    ...(gasReserve === undefined ? [] : [`${gasReserve} OG stay with the wallet that deposits`]),
    ...(cooldownMs === undefined ? [] : [`at least ${cooldownMs / 1_000} s apart`]),
  ]
  return [
    ['deposit', [when, ...limits].join(', ')],
    ['deposit from', payer === null ? 'the wallet' : `${payer}: the money belongs to the wallet below from then on`],
  ]
}

const budgetInWords = ({ amount, per }: Budget): string => `at most ${inOg(amount)} in ${per}`

/** As the config spells it. */
const inOg = (amount: bigint | string): string => (typeof amount === 'bigint' ? og(amount) : `${amount} OG`)

const isAlike = (funded: readonly FundedProvider[]): boolean =>
  new Set(funded.map(({ service, terms }) => JSON.stringify([service, terms]))).size === 1
