import { toWei, type Amount } from '../base/amounts.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { InvalidInputError } from '../base/errors.ts'
import { isZeroAddress, toAddress } from '../chain/address.ts'
import type { Call, Rules } from '../chain/port.ts'
import type { Payees } from '../provider/payees.ts'
import { intentOf } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'
import type { Pending } from '../base/pending.ts'

export type DepositsOptions = {
  rules: Rules
  /** Reads the rules again where they are old: before an amount is refused by one of them. */
  refreshRules: () => Pending
  payees: Pick<Payees, 'contractAt'>
  submit: (intent: Intent, options?: SendingOptions) => Promise<Receipt>
}

/** Deposits from the wallet that a caller asks for, and the ledger's info, each checked before the contract sees it. */
export type Deposits = {
  /** @throws MinimumDepositRequiredError below the contract's minimum */
  open(amount: Amount, info: string, options: SendingOptions): Promise<Receipt>
  add(amount: Amount, options: SendingOptions): Promise<Receipt>
  /** @throws InvalidInputError for a contract of the deployment */
  addFor(recipient: string, amount: Amount, options: SendingOptions): Promise<Receipt>
  /** Replaces the ledger's additional info. @throws ContractError for more bytes than the contract keeps */
  inform(info: string, options: SendingOptions): Promise<Receipt>
}

export function createDeposits({ rules, refreshRules, payees, submit }: DepositsOptions): Deposits {
  return {
    async open(amount, info, options) {
      const value = positive('addLedger', amount)
      if (value < (rules.minLedgerBalance ?? 0n)) await refreshRules()
      const { minLedgerBalance } = rules
      if (minLedgerBalance !== null && value < minLedgerBalance)
        throw contractRefusal({
          operation: 'addLedger',
          errorName: 'MinimumDepositRequired',
          errorArgs: { provided: value, required: minLedgerBalance },
        })
      checkInfo('addLedger', info, rules)
      return send({ contract: 'ledger', method: 'addLedger', args: [info], value }, options)
    },
    async add(amount, options) {
      const value = positive('depositFund', amount)
      return send({ contract: 'ledger', method: 'depositFund', args: [], value }, options)
    },
    async addFor(recipient, amount, options) {
      const address = toAddress(recipient, 'recipient')
      if (isZeroAddress(address))
        throw contractRefusal({ operation: 'depositFundFor', errorName: 'ZeroAddressNotAllowed' })
      const value = positive('depositFundFor', amount)
      const contract = payees.contractAt(address)
      if (contract !== null)
        throw new InvalidInputError(`The recipient is ${contract}, which can never withdraw what its ledger holds.`, {
          recipient: address,
        })
      return send({ contract: 'ledger', method: 'depositFundFor', args: [address], value }, options)
    },
    async inform(info, { signal, onSent }) {
      checkInfo('updateAdditionalInfo', info, rules)
      const intent = intentOf({ contract: 'ledger', method: 'updateAdditionalInfo', args: [info] })
      return submit(intent, { signal, onSent })
    },
  }

  function send(call: Call & { value: bigint }, { signal, onSent }: SendingOptions): Promise<Receipt> {
    return submit(intentOf(call, { amount: call.value }), { signal, onSent })
  }
}

function positive(operation: string, amount: Amount): bigint {
  const value = toWei(amount)
  if (value === 0n) throw contractRefusal({ operation, errorName: 'ZeroAmountNotAllowed' })
  return value
}

/** @throws ContractError for more bytes than the contract keeps */
function checkInfo(operation: string, info: string, { maxInfoBytes: max }: Pick<Rules, 'maxInfoBytes'>): void {
  if (typeof info !== 'string') throw new TypeError(`info is a string; this is a ${typeof info}.`)
  const length = new TextEncoder().encode(info).length
  if (max !== null && length > max)
    throw contractRefusal({
      operation,
      errorName: 'AdditionalInfoTooLong',
      errorArgs: { length: BigInt(length), max: BigInt(max) },
    })
}
