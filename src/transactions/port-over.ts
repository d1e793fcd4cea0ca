import type { BroadcastAnswer } from '../chain/broadcast-answer.ts'
import type { Call, Fees, MinedTransaction, SendOptions, Spender, TransactionPort } from '../chain/port.ts'

/** A port that hands every question on to another one: what it does otherwise is said by the class that extends it, or by `sign`. */
export class PortOver implements TransactionPort {
  readonly #port: TransactionPort
  readonly sign: TransactionPort['sign']

  constructor(port: TransactionPort, sign: TransactionPort['sign'] = port.sign) {
    this.#port = port
    this.sign = sign
  }

  checkChain(): Promise<void> {
    return this.#port.checkChain()
  }

  estimateGas(call: Call): Promise<bigint> {
    return this.#port.estimateGas(call)
  }

  fees(): Promise<Fees> {
    return this.#port.fees()
  }

  transactionCount(tag: 'latest' | 'pending' | number): Promise<number> {
    return this.#port.transactionCount(tag)
  }

  send(call: Call, how: SendOptions): Promise<string> {
    return this.#port.send(call, how)
  }

  broadcast(raw: string): Promise<BroadcastAnswer> {
    return this.#port.broadcast(raw)
  }

  mined(hash: string): Promise<MinedTransaction | null> {
    return this.#port.mined(hash)
  }

  knows(hash: string): Promise<boolean> {
    return this.#port.knows(hash)
  }

  balance(): Promise<bigint> {
    return this.#port.balance()
  }

  pooledNonces(): Promise<readonly number[] | null> {
    return this.#port.pooledNonces()
  }

  head(): Promise<number> {
    return this.#port.head()
  }

  spender(nonce: number): ReturnType<TransactionPort['spender']> {
    return this.#port.spender(nonce)
  }

  timestampOf(block: number): Promise<number | null> {
    return this.#port.timestampOf(block)
  }

  blockHash(block: number): Promise<string | null> {
    return this.#port.blockHash(block)
  }

  isCall(spender: Spender, call: Call): boolean {
    return this.#port.isCall(spender, call)
  }

  replay(call: Call, block: number): Promise<Error | null> {
    return this.#port.replay(call, block)
  }
}
