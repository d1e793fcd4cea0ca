import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { PartlyDoneError, PutBackPendingError } from '../../../src/index.ts'
import { awaySigner, claimable } from '../../support/claimable.ts'

test('a call that claims has the receipts of an earlier claim where the position cannot be read after it', async () => {
  let isAway = false
  let outage: Error | null = null
  const { world, broker } = await claimable(
    awaySigner(() => isAway),
    undefined,
    ({ readPosition }) =>
      () =>
        outage ? Promise.reject(outage) : readPosition(),
  )
  await using _ = world
  isAway = true
  // The retrieve has locked what was free; the signer does not answer for the put-back.
  await expect(world.until(broker.ledger.claimRefunds())).rejects.toBeInstanceOf(PutBackPendingError)
  isAway = false
  await world.advance(600)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])

  outage = new Error('The node does not answer.')
  const error = await world.until(broker.ledger.claimRefunds().catch((reason: unknown) => reason))
  expect(error).toBeInstanceOf(PartlyDoneError)
  const { operation, receipts, claimed, putBack, left, leftOut } = error as PartlyDoneError
  expect({ operation, statuses: receipts.map(({ status }) => status), claimed, putBack, left, leftOut }).toEqual({
    operation: 'claimRefunds',
    statuses: [1, 1],
    claimed: og('2'),
    putBack: og('2'),
    left: [],
    leftOut: [],
  })

  outage = null
  await expect(world.until(broker.ledger.claimRefunds())).rejects.toMatchObject({ name: 'NothingToRetrieveError' })
})
