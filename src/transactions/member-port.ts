import { GasEstimateError } from '../base/not-sent-errors.ts'
import { ReadError } from '../base/errors.ts'
import type { BroadcastAnswer } from '../chain/broadcast-answer.ts'
import type { Call, Fees, MinedTransaction, SendOptions, Spender, TransactionPort } from '../chain/port.ts'

/** A broker that shares the lane, by its connection. */
type Member = { port: TransactionPort }

/** The brokers that share a lane, oldest first; `lead` is the oldest, or the last one that has left. */
type Members = { lead(): Member; all(): readonly Member[] }

/**
 * The connection of a lane that brokers share. It asks the node that answered last, the oldest broker's at first, and where that one
 * does not answer, those of the other brokers. Signers and wallets are not asked twice: the oldest broker's signs.
 */
export function createMemberPort(members: Members): TransactionPort {
  return new MemberPort(members)
}

class MemberPort implements TransactionPort {
  readonly #members: Members
  #answered: Member | null = null
  readonly sign: TransactionPort['sign']

  constructor(members: Members) {
    this.#members = members
    // A broker that signs in another way cannot join.
    this.sign = this.#lead.sign && ((call, how) => (this.#lead.sign ?? neverSigns)(call, how))
  }

  /**
   * A wallet that signs by sending is asked on its own chain: that of another broker says nothing about it. Signed bytes name their
   * chain themselves.
   */
  checkChain(): Promise<void> {
    return this.sign ? this.#ask((one) => one.checkChain()) : this.#lead.checkChain()
  }

  estimateGas(call: Call): Promise<bigint> {
    return this.#ask((one) => one.estimateGas(call))
  }

  fees(): Promise<Fees> {
    return this.#ask((one) => one.fees())
  }

  transactionCount(tag: 'latest' | 'pending' | number): Promise<number> {
    return this.#ask((one) => one.transactionCount(tag))
  }

  send(call: Call, how: SendOptions): Promise<string> {
    return this.#lead.send(call, how)
  }

  /** The same bytes at a second node change nothing. */
  async broadcast(raw: string): Promise<BroadcastAnswer> {
    const unknown = []
    for (const { port } of this.#inOrder()) {
      const answer = await port.broadcast(raw)
      if (answer.grade === 'unknown') unknown.push(answer)
      else return answer
    }
    return unknown[0] ?? this.#lead.broadcast(raw)
  }

  mined(hash: string): Promise<MinedTransaction | null> {
    return this.#ask((one) => one.mined(hash))
  }

  /** A node that does not answer may have the transaction, whatever the other nodes say. */
  async knows(hash: string): Promise<boolean> {
    const answers = await Promise.allSettled(this.#inOrder().map(({ port }) => port.knows(hash)))
    if (answers.some((one) => one.status === 'fulfilled' && one.value)) return true
    const failed = answers.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    return false
  }

  balance(): Promise<bigint> {
    return this.#ask((one) => one.balance())
  }

  pooledNonces(): Promise<readonly number[] | null> {
    return this.#current().port.pooledNonces()
  }

  head(): Promise<number> {
    return this.#ask((one) => one.head())
  }

  /** Of several nodes one may keep older blocks. */
  async spender(nonce: number): ReturnType<TransactionPort['spender']> {
    const first = await this.#ask((one) => one.spender(nonce))
    if (first !== 'not-kept') return first
    const answers = await Promise.allSettled(this.#inOrder().map(({ port }) => port.spender(nonce)))
    const found = answers.flatMap((one) => (one.status === 'fulfilled' && one.value !== null ? [one.value] : []))
    return found.find((one) => one !== 'not-kept') ?? first
  }

  timestampOf(block: number): Promise<number | null> {
    return this.#ask((one) => one.timestampOf(block))
  }

  blockHash(block: number): Promise<string | null> {
    return this.#ask((one) => one.blockHash(block))
  }

  isCall(spender: Spender, call: Call): boolean {
    return this.#lead.isCall(spender, call)
  }

  replay(call: Call, block: number): Promise<Error | null> {
    return this.#current().port.replay(call, block)
  }

  get #lead(): TransactionPort {
    return this.#members.lead().port
  }

  async #ask<T>(question: (port: TransactionPort) => Promise<T>): Promise<T> {
    let failure: unknown = null
    for (const member of this.#inOrder()) {
      try {
        const answer = await question(member.port)
        this.#answered = member
        return answer
      } catch (error) {
        if (!isNoAnswer(error)) throw error
        failure ??= error
      }
    }
    throw failure
  }

  #current(): Member {
    const answered = this.#answered
    return answered && this.#members.all().includes(answered) ? answered : this.#members.lead()
  }

  /** After the last broker has left, its connection still ends what is under way. */
  #inOrder(): Member[] {
    return [...new Set([this.#current(), ...this.#members.all()])]
  }
}

/** A refusal of the node, and a wrong chain, are answers. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof ReadError || error instanceof GasEstimateError
}

const neverSigns = (): Promise<never> => Promise.reject(new Error('This wallet signs while it sends.'))
