import { GasEstimateError } from '../base/not-sent-errors.ts'
import { ReadError } from '../base/errors.ts'
import type { Call, SendOptions, TransactionPort } from '../chain/port.ts'

/** A broker that shares the lane, by its connection. */
type Member = { port: TransactionPort }

/** The brokers that share a lane, oldest first; `lead` is the oldest, or the last one that has left. */
type Members = { lead(): Member; all(): readonly Member[] }

/**
 * The connection of a lane that brokers share. It asks the node that answered last, the oldest broker's at first, and where that one
 * does not answer, those of the other brokers. Signers and wallets are not asked twice: the oldest broker's signs.
 */
export function createMemberPort({ lead, all }: Members): TransactionPort {
  let answered: Member | null = null
  const port = (): TransactionPort => lead().port

  return {
    /**
     * A wallet that signs by sending is asked on its own chain: that of another broker says nothing about it. Signed bytes name their
     * chain themselves.
     */
    checkChain: () => (port().sign === null ? port().checkChain() : ask((one) => one.checkChain())),
    estimateGas: (call) => ask((one) => one.estimateGas(call)),
    fees: () => ask((one) => one.fees()),
    transactionCount: (tag) => ask((one) => one.transactionCount(tag)),
    // A broker that signs in another way cannot join.
    sign: port().sign && ((call: Call, how: SendOptions) => (port().sign ?? neverSigns)(call, how)),
    send: (call, how) => port().send(call, how),
    /** The same bytes at a second node change nothing. */
    async broadcast(raw) {
      const unknown = []
      for (const member of inOrder()) {
        const answer = await member.port.broadcast(raw)
        if (answer.grade === 'unknown') unknown.push(answer)
        else return answer
      }
      return unknown[0] ?? port().broadcast(raw)
    },
    mined: (hash) => ask((one) => one.mined(hash)),
    /** A node that does not answer may have the transaction, whatever the other nodes say. */
    async knows(hash) {
      const answers = await Promise.allSettled(inOrder().map((member) => member.port.knows(hash)))
      if (answers.some((one) => one.status === 'fulfilled' && one.value)) return true
      const failed = answers.find((one) => one.status === 'rejected')
      if (failed) throw failed.reason
      return false
    },
    balance: () => ask((one) => one.balance()),
    pooledNonces: () => current().port.pooledNonces(),
    head: () => ask((one) => one.head()),
    /** Of several nodes one may keep older blocks. */
    async spender(nonce) {
      const first = await ask((one) => one.spender(nonce))
      if (first !== 'not-kept') return first
      const answers = await Promise.allSettled(inOrder().map((member) => member.port.spender(nonce)))
      const found = answers.flatMap((one) => (one.status === 'fulfilled' && one.value !== null ? [one.value] : []))
      return found.find((one) => one !== 'not-kept') ?? first
    },
    timestampOf: (block) => ask((one) => one.timestampOf(block)),
    blockHash: (block) => ask((one) => one.blockHash(block)),
    isCall: (spender, call) => port().isCall(spender, call),
    replay: (call, block) => current().port.replay(call, block),
  }

  async function ask<T>(question: (port: TransactionPort) => Promise<T>): Promise<T> {
    let failure: unknown = null
    for (const member of inOrder()) {
      try {
        const answer = await question(member.port)
        answered = member
        return answer
      } catch (error) {
        if (!isNoAnswer(error)) throw error
        failure ??= error
      }
    }
    throw failure
  }

  function current(): Member {
    return answered && all().includes(answered) ? answered : lead()
  }

  /** After the last broker has left, its connection still ends what is under way. */
  function inOrder(): Member[] {
    return [...new Set([current(), ...all()])]
  }
}

/** A refusal of the node, and a wrong chain, are answers. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof ReadError || error instanceof GasEstimateError
}

const neverSigns = (): Promise<never> => Promise.reject(new Error('This wallet signs while it sends.'))
