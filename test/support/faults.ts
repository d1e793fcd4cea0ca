import { setTimeout as sleep } from 'node:timers/promises'

/** A fault that a proxy injects. The first four concern the whole HTTP request of a call, the others that call alone. */
export type Fault =
  /** Not forwarded; the answer is this one. */
  | { kind: 'http'; status: number; headers?: Record<string, string> }
  /** Not forwarded; the connection breaks. */
  | { kind: 'drop' }
  /** Forwarded; the connection breaks before the answer. */
  | { kind: 'dropAfter' }
  /** Forwarded; the connection breaks in the middle of the answer. */
  | { kind: 'half' }
  /** Not forwarded; the answer is an error. */
  | { kind: 'rpc'; code: number; message: string; data?: unknown }
  /** Forwarded; the answer is an error all the same. */
  | { kind: 'refuse'; code: number; message: string }
  /** Not forwarded, but answered with this result: a broadcast that the node lost. */
  | { kind: 'swallow'; result: unknown }
  /** Forwarded this much later. */
  | { kind: 'delay'; ms: number }
  /** Forwarded twice, one after the other; the first answer counts. */
  | { kind: 'twice' }
  /** Forwarded; the answer is replaced by this one. */
  | { kind: 'replace'; result: unknown }
  /** Forwarded; the answer is what this makes of the node's answer. */
  | { kind: 'change'; change: (result: unknown) => unknown }
  /** Forwarded with other parameters. */
  | { kind: 'instead'; params: unknown[] }
  /** Answered as of a block that many blocks behind the head, whatever block the call names. */
  | { kind: 'stale'; blocks: number }

/** `index`: which call of this method it is since the last reset, counted from 0. */
export type FaultRule = (call: { method: string; params: unknown[]; index: number }) => Fault | undefined

export type RpcCall = { jsonrpc: string; id: unknown; method: string; params?: unknown[] }
export type RpcAnswer = { jsonrpc: string; id: unknown; result?: unknown; error?: unknown }
export type Forward = (call: RpcCall) => Promise<RpcAnswer>

/** The answer to one call that has a fault. */
export async function faultyAnswer(forward: Forward, call: RpcCall, fault: Fault): Promise<RpcAnswer> {
  const { jsonrpc, id } = call
  switch (fault.kind) {
    case 'rpc': {
      const { kind: _, ...error } = fault
      return { jsonrpc, id, error }
    }
    case 'refuse':
      await forward(call)
      return { jsonrpc, id, error: { code: fault.code, message: fault.message } }
    case 'swallow':
      return { jsonrpc, id, result: fault.result }
    case 'delay':
      await sleep(fault.ms)
      return forward(call)
    case 'twice': {
      const answer = await forward(call)
      await forward(call)
      return answer
    }
    case 'replace':
      await forward(call)
      return { jsonrpc, id, result: fault.result }
    case 'change': {
      const { error, result } = await forward(call)
      return error === undefined ? { jsonrpc, id, result: fault.change(result) } : { jsonrpc, id, error }
    }
    case 'instead':
      return forward({ ...call, params: fault.params })
    case 'stale':
      return staleAnswer(forward, call, fault.blocks)
    // The other faults concern the whole request: the proxy drops this answer or sends it.
    default:
      return forward(call)
  }
}

/** Changes fields of an answer that is an object; one without an answer stays. */
export function changedFields(change: Readonly<Record<string, (value: unknown) => unknown>>): Fault {
  return {
    kind: 'change',
    change(result) {
      if (typeof result !== 'object' || result === null) return result
      const fields = { ...(result as Record<string, unknown>) }
      for (const [name, changed] of Object.entries(change)) fields[name] = changed(fields[name])
      return fields
    },
  }
}

/** Index of the parameter that names the block, by method. */
const BLOCK_PARAMETER: Partial<Record<string, number>> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getTransactionCount: 1,
}

async function staleAnswer(forward: Forward, call: RpcCall, blocks: number): Promise<RpcAnswer> {
  const { jsonrpc, id, method, params = [] } = call
  const { result } = await forward({ ...call, method: 'eth_blockNumber', params: [] })
  const head = `0x${Math.max(0, Number(result) - blocks).toString(16)}`
  if (method === 'eth_blockNumber') return { jsonrpc, id, result: head }
  const tip = method === 'eth_getBlockByNumber' && (params[0] === 'latest' || params[0] === 'pending')
  const position = tip ? 0 : BLOCK_PARAMETER[method]
  return forward(position === undefined ? call : { ...call, params: params.toSpliced(position, 1, head) })
}
