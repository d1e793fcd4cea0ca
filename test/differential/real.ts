import { id, type Contract, type Log } from 'ethers'
import { multicallAbi } from '../../src/chain/abi.ts'
import { MULTICALL3 } from '../../src/chain/networks.ts'
import { decodeRevert } from '../../src/chain/reverts.ts'
import { signSettlement, signTask } from '../../src/local/settlements.ts'
import type { Answer, ContractCall, ContractTransaction, Execution } from '../../src/testing/contracts/contracts.ts'
import type { TaskSettlement } from '../../src/testing/contracts/tasks.ts'
import type { ContractFailure } from '../../src/testing/contracts/revert.ts'
import type { Settlement } from '../../src/testing/contracts/settlements.ts'
import type { ContractEvent } from '../../src/testing/contracts/transaction.ts'
import { decodeOutcomes, encodeCalls, type Outcome } from './multicall.ts'
import { nth } from './nth.ts'
import { plainOf, structOf } from './plain.ts'
import { RpcError } from './rpc.ts'
import type { World } from './world.ts'

/** A view of a contract, or the balance of an address. */
export type View = (ContractCall & { from?: string }) | { balanceOf: string }

type Known = Outcome & { answer: Answer }

type Receipt = { status: string; transactionHash: string; logs: { address: string; topics: string[]; data: string }[] }

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
    /** Mines one transaction in a block of its own at that time. */
    async execute({ from, value = 0n, call, timestamp }: ContractTransaction): Promise<Execution> {
      const data = await dataOf(call)
      await rpc('evm_setNextBlockTimestamp', timestamp)
      const to = addresses[call.contract]
      const free = { gas: ENOUGH_GAS, maxFeePerGas: '0x0', maxPriorityFeePerGas: '0x0' }
      const request = { from, to, data, value: `0x${value.toString(16)}`, ...free }
      const { status, logs, transactionHash } = (await rpc('eth_sendTransactionSync', request)) as Receipt
      if (status === '0x1') return { ok: true, events: logs.map(eventOf) }
      const tracer = { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }
      const { output } = (await rpc('debug_traceTransaction', transactionHash, tracer)) as { output?: string }
      return { ok: false, error: failureOf(output ?? '0x') }
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

  async function dataOf({ contract, method, args }: ContractCall): Promise<string> {
    if (method === '') return '0x'
    return contracts[contract].interface.encodeFunctionData(method, await signed(method, args))
  }

  /** The contract gets a signature where the simulation gets the signer's address. */
  async function signed(method: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    if (method === 'settleFeesWithTEE') {
      const [settlements] = args as [readonly Settlement[]]
      return [await Promise.all(settlements.map((one) => settlementOf(contracts.inference, one)))]
    }
    if (method === 'settleFees') return [await taskOf(contracts.fineTuning, args[0] as TaskSettlement)]
    return args
  }

  async function settlementOf(inference: Contract, { signer, ...settlement }: Settlement) {
    const message = { requestsHash: id('requests'), ...settlement }
    return { ...message, signature: signer ? await signSettlement(inference, signerOf(signer), message) : '0x' }
  }

  async function taskOf(fineTuning: Contract, { signer, ...task }: TaskSettlement) {
    return { ...task, signature: signer ? await signTask(fineTuning, signerOf(signer), task) : '0x' }
  }
}

function failureOf(output: string): ContractFailure {
  const { errorName: name, errorArgs: args } = decodeRevert(output) ?? { errorName: 'no reason', errorArgs: {} }
  return { name, args }
}
