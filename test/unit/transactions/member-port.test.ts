import { expect, test } from 'vitest'
import { ReadError } from '../../../src/base/errors.ts'
import type { TransactionPort } from '../../../src/chain/port.ts'
import { createMemberPort } from '../../../src/transactions/member-port.ts'
import type { LaneMember } from '../../../src/transactions/lane-members.ts'
import { deposit, laneOn, scriptedPort } from '../../support/scripted-port.ts'

const away = () => Promise.reject(new ReadError('no answer', {}))

test('a node that does not answer may have a transaction, whatever another one says', async () => {
  const port = sharedBy({ knows: away }, { knows: () => Promise.resolve(false) })
  await expect(port.knows('0x1')).rejects.toThrow('no answer')
  await expect(sharedBy({ knows: away }, { knows: () => Promise.resolve(true) }).knows('0x1')).resolves.toBe(true)
  const no = { knows: () => Promise.resolve(false) }
  await expect(sharedBy(no, no).knows('0x1')).resolves.toBe(false)
})

test('what spent a nonce is asked of each node until one keeps blocks so old', async () => {
  const spender = { transactionHash: '0xff', blockNumber: 1, depth: 1, to: null, data: '0x', value: 0n }
  const prunes = { spender: () => Promise.resolve('not-kept' as const) }
  const keeps = { spender: () => Promise.resolve(spender) }
  expect(await sharedBy(prunes, keeps).spender(0)).toEqual(spender)
  expect(await sharedBy(keeps, prunes).spender(0)).toEqual(spender)
  for (const other of [prunes, { spender: away }]) expect(await sharedBy(prunes, other).spender(0)).toBe('not-kept')
})

test('a wallet that could not be asked to send leaves no unresolved intent, whatever another broker could read', async () => {
  const silent = {
    checkChain: away,
    send: away,
    estimateGas: away,
    fees: away,
    transactionCount: away,
    balance: away,
    mined: away,
  }
  const lane = laneOn(sharedBy(scriptedPort({ sign: null, ...silent }), scriptedPort({ sign: null })))
  await lane.open()
  await expect(lane.submit(deposit())).rejects.toThrow(ReadError)
  expect(lane.inFlight()).toEqual([])
  await lane.close()
})

/** The port of two brokers of one wallet. */
function sharedBy(lead: Partial<TransactionPort>, other: Partial<TransactionPort>): TransactionPort {
  const members = [{ port: lead }, { port: other }] as [LaneMember, LaneMember]
  return createMemberPort({ lead: () => members[0], all: () => members })
}
