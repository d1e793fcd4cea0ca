import { id, type Contract, type Log } from 'ethers'
import { multicallAbi } from '../../src/chain/abi.ts'
import { MULTICALL3 } from '../../src/chain/networks.ts'
import { decodeRevert } from '../../src/chain/revert-error.ts'
import { signSettlement, signTask } from '../../src/local/settlements.ts'
import type { ContractCall } from '../../src/testing/contracts/contract-call.ts'
import type { Answer, ContractTransaction, Execution } from '../../src/testing/contracts/contracts.ts'
import type { ContractFailure } from '../../src/testing/contracts/revert.ts'
import type { ContractEvent } from '../../src/testing/contracts/transaction.ts'
import { spoilt, type SettlementDraft, type TaskDraft } from './drafts.ts'
import { decodeOutcomes, encodeCalls, type Outcome } from './multicall.ts'
import { nth } from './nth.ts'
import { plainOf, structOf } from './plain.ts'
import { RpcError } from './rpc.ts'
import type { World } from './world.ts'

/** A view of a contract, or the balance of an address. */
export type View = (ContractCall & { from?: string }) | { balanceOf: string }

type Known = Outcome & { answer: Answer }

type Receipt = {
  status: string
  gasUsed: string
  transactionHash: string
  logs: { address: string; topics: string[]; data: string }[]
}

const ENOUGH_GAS = '0x1406f40'

/** The bytecode's side of a history. */
export function createReal({ chain, rpc, addresses, signerOf }: World) {
  const { contracts } = chain
  const byAddress = new Map(
    (['ledger', 'inference', 'fineTuning'] as const).map((name) => [addresses[name].toLowerCase(), name]),
  )
  const encoded = new Map<readonly View[], string>()
  /** Answers of the step before: decoding takes most of the time, and most answers are the same. */
  const last = new Map<readonly View[], Known[]>()

  return {
    /** The same transaction with signatures in its settlements. */
    async signed(transaction: ContractTransaction): Promise<ContractTransaction> {
      const { call } = transaction
      return { ...transaction, call: { ...call, args: await argsOf(call.method, call.args) } }
    },
    /** Mines one transaction in a block of its own at that time. */
    async execute({ from, value = 0n, call, timestamp }: ContractTransaction): Promise<Execution> {
      const data = dataOf(call)
      await rpc('evm_setNextBlockTimestamp', timestamp)
      const to = addresses[call.contract]
      const free = { gas: ENOUGH_GAS, maxFeePerGas: '0x0', maxPriorityFeePerGas: '0x0' }
      const request = { from, to, data, value: `0x${value.toString(16)}`, ...free }
      const returned = await returnedBy(call, request)
      const { status, gasUsed, logs, transactionHash } = (await rpc('eth_sendTransactionSync', request)) as Receipt
      const gas = BigInt(gasUsed)
      if (status === '0x1') return { ok: true, events: logs.map(eventOf), value: returned, gas }
      const tracer = { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }
      const { output } = (await rpc('debug_traceTransaction', transactionHash, tracer)) as { output?: string }
      return { ok: false, error: failureOf(output ?? '0x'), gas }
    },
    /** The answers of these views as of the latest block. */
    async read(views: readonly View[]): Promise<Answer[]> {
      let data = encoded.get(views)
      if (data === undefined) encoded.set(views, (data = encodeCalls(views.map(targetOf))))
      const result = (await rpc('eth_call', { to: MULTICALL3, data }, 'latest')) as string
      const before = last.get(views) ?? []
      const answers = decodeOutcomes(result).map((outcome, index): Known => {
        const known = before[index]
        if (known?.data === outcome.data && known.ok === outcome.ok) return known
        return { ...outcome, answer: decode(nth(views, index), outcome) }
      })
      last.set(views, answers)
      return answers.map(({ answer }) => answer)
    },
    /** The answer of one view that depends on its caller. */
    async ask(view: ContractCall & { from?: string }): Promise<Answer> {
      const [to, data] = targetOf(view)
      try {
        const answer = (await rpc('eth_call', { to, data, from: view.from }, 'latest')) as string
        return decode(view, { ok: true, data: answer })
      } catch (error) {
        if (!(error instanceof RpcError) || error.data === undefined) throw error
        return decode(view, { ok: false, data: error.data })
      }
    },
  }

  function decode(view: View, { ok, data }: Outcome): Answer {
    if (!ok) return { ok, error: failureOf(data) }
    if ('balanceOf' in view) return { ok, value: BigInt(data) }
    const abi = contracts[view.contract].interface
    const { outputs } = abi.getFunction(view.method)!
    return { ok, value: plainOf(outputs, abi.decodeFunctionResult(view.method, data)) }
  }

  function targetOf(view: View): [to: string, data: string] {
    if ('balanceOf' in view) return [MULTICALL3, multicallAbi.encodeFunctionData('getEthBalance', [view.balanceOf])]
    const { interface: abi } = contracts[view.contract]
    return [addresses[view.contract], abi.encodeFunctionData(view.method, view.args)]
  }

  function eventOf({ address, topics, data }: Pick<Log, 'address' | 'data'> & { topics: string[] }): ContractEvent {
    const contract = byAddress.get(address.toLowerCase())!
    const log = contracts[contract].interface.parseLog({ topics, data })
    if (!log) throw new Error(`An event of ${contract} is unknown.`)
    return { contract, name: log.name, args: structOf(log.fragment.inputs, log.args) }
  }

  function dataOf({ contract, method, args }: ContractCall): string {
    return method === '' ? '0x' : contracts[contract].interface.encodeFunctionData(method, args)
  }

  /** What the function returns by an eth_call; undefined where it returns nothing, or reverts. */
  async function returnedBy({ contract, method }: ContractCall, request: object): Promise<unknown> {
    const abi = contracts[contract].interface
    const outputs = (method !== '' && abi.getFunction(method)?.outputs) || []
    if (outputs.length === 0) return undefined
    try {
      const data = (await rpc('eth_call', request, 'latest')) as string
      return plainOf(outputs, abi.decodeFunctionResult(method, data))
    } catch (error) {
      if (error instanceof RpcError) return undefined
      throw error
    }
  }

  async function argsOf(method: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    if (method === 'settleFeesWithTEE') {
      const [settlements] = args as [readonly SettlementDraft[]]
      return [await Promise.all(settlements.map((one) => settlementOf(contracts.inference, one)))]
    }
    if (method === 'settleFees') return [await taskOf(contracts.fineTuning, args[0] as TaskDraft)]
    return args
  }

  async function settlementOf(inference: Contract, { signer, spoil, ...settlement }: SettlementDraft) {
    const message = { requestsHash: id('requests'), ...settlement }
    const signature = signer ? spoilt(await signSettlement(inference, signerOf(signer), message), spoil) : '0x'
    return { ...message, signature }
  }

  async function taskOf(fineTuning: Contract, { signer, spoil, ...task }: TaskDraft) {
    const signature = signer ? spoilt(await signTask(fineTuning, signerOf(signer), task), spoil) : '0x'
    return { ...task, signature }
  }
}

function failureOf(output: string): ContractFailure {
  const { errorName: name, errorArgs: args } = decodeRevert(output) ?? { errorName: 'no reason', errorArgs: {} }
  return { name, args }
}
