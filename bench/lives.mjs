const show = (...values) => values.map(String)

/** What a page does with a broker, from opening it to closing it: on a chain with the real contracts. */
export const lives = {
  async watch({ page, rpc, network, wallet: { address } }) {
    const broker = await page.createBroker({ provider: rpc, address, network })
    const [plan] = await Promise.all([firstOf(broker.plan$), firstOf(broker.positions$)])
    show(page.formatOg(plan.position.ledger.available), plan.decisions, await broker.ledger.getLedgerWithDetail())
    show(
      broker.ledger.actor.getSnapshot().value,
      broker.subAccounts().map((actor) => actor.getSnapshot().value),
    )
    show(broker.inference.autoFundingStatus(), await broker.ledger.refunds(), broker.counts())
    await broker.close()
  },
  /** Asks a broker without a signer what auto-funding would do: its planner is loaded for that. */
  async forecast({ page, rpc, network, wallet: { address } }) {
    const broker = await page.createBroker({ provider: rpc, address, network })
    const forecast = await broker.forecast()
    const plan = broker.planAt(await broker.position(), { dryRun: true })
    show(forecast.depositFor(30), plan.decisions)
    await broker.close()
  },
  /** Deposits, and keeps a sub-account filled. With a signer everything is loaded at the opening, whatever is done then. */
  pay: (world) =>
    signed(world, async (broker) => {
      await broker.ledger.depositFund('1')
      const filled = new Promise(
        (resolve) => void broker.events$.subscribe(({ type }) => type === 'top-up.mined' && resolve()),
      )
      broker.inference.startAutoFunding(world.provider, { approve: () => true })
      await filled
    }),
}

async function signed({ page, wallet, network }, life) {
  const broker = await page.createBroker({ signer: wallet, network, intervalMs: 500 })
  await life(broker)
  await broker.close()
}

function firstOf(stream) {
  return new Promise((resolve, reject) => {
    const subscription = stream.subscribe({
      next(value) {
        resolve(value)
        queueMicrotask(() => subscription.unsubscribe())
      },
      error: reject,
    })
  })
}
