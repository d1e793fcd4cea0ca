import { isDeepStrictEqual } from 'node:util'
import { connectChain } from '../../src/chain/connect.ts'
import type { ChainReader } from '../../src/chain/port.ts'
import type { Answer, Contracts, ContractTransaction, Execution } from '../../src/testing/contracts/contracts.ts'
import { createReal, type View } from './real.ts'
import { resolve } from './resolve.ts'
import type { Step } from './step.ts'
import { constantsOf, viewsOf } from './views.ts'
import type { World } from './world.ts'

/** The simulation and the bytecode differ. The message is the history that leads there. */
export class Divergence extends Error {
  override readonly name = 'Divergence'
}

export type PlayOptions = {
  simulated: Contracts
  /** Changes what the simulation returns before it is compared, for example by leaving events out. */
  change?: (execution: Execution) => Execution
  /** Whether constants are compared too: minimums and limits; true by default. */
  constants?: boolean
}

/** Plays histories on both sides and compares them after each step. */
export async function createPlayer(
  world: World,
  { simulated, change = (same) => same, constants = true }: PlayOptions,
) {
  const real = createReal(world)
  const views = viewsOf(world.people, Object.values(world.addresses))
  const start = simulated.storage.mark()
  const history: string[] = []
  const reached = createTally()
  let now = world.startAt
  let steps = 0
  await world.restart()
  if (constants) await compareState(constantsOf())
  const { network, provider } = world.chain
  const readers = await Promise.all(world.people.wallets.map((address) => connectChain({ provider, address }, network)))
  await compareState(views)

  return {
    /** How many transactions and views were compared so far. */
    steps: () => steps,
    /** How often each outcome came. */
    reached: () => reached.counts,
    /** @throws Divergence */
    async play(script: readonly Step[]): Promise<void> {
      await world.restart()
      simulated.storage.revert(start)
      now = world.startAt
      history.length = 0
      for (const step of script)
        for (const action of resolve(step, world.people, simulated, () => now)) {
          if (action.kind === 'question') {
            const { question } = action
            history.push(`look: ${question.contract}.${question.method}(${shown(question.args)})`)
            const answer = await real.ask(question)
            if (!answer.ok) reached.push(`${question.contract}.${question.method} ✗ ${answer.error.name}`)
            compare('the answer', simulated.view(question, question.from), answer)
          } else await playTransaction(action.transaction)
          steps += 1
        }
      for (const reader of readers) await comparePosition(reader)
    },
  }

  async function playTransaction(unsigned: ContractTransaction): Promise<void> {
    const transaction = await real.signed(unsigned)
    history.push(lineOf(transaction, transaction.timestamp - now))
    now = transaction.timestamp
    await comparePreview(transaction)
    const ours = change(simulated.execute(transaction))
    const theirs = await real.execute(transaction)
    history.push(
      `   → ${theirs.ok ? `${theirs.events.length} events` : `${theirs.error.name}(${shown(theirs.error.args)})`}`,
    )
    reached.push(...keysOf(transaction, theirs))
    compare('the outcome', { ...ours, gas: null }, { ...theirs, gas: null })
    compareGas(ours, theirs)
    await compareState(views)
  }

  /** A provider sees what its settlements would do before it sends them. */
  async function comparePreview({ from, call }: ContractTransaction): Promise<void> {
    if (call.method !== 'settleFeesWithTEE') return
    const question = { ...call, method: 'previewSettlementResults', from }
    compare('the preview', simulated.view(question, from), await real.ask(question))
  }

  /** Gas of a success may differ by less than a quarter, of a revert by less than a third. */
  function compareGas({ gas: ours }: Execution, { ok, gas: theirs }: Execution): void {
    const difference = ours > theirs ? ours - theirs : theirs - ours
    if (difference * (ok ? 4n : 3n) >= theirs) compare('the gas', ours, theirs)
  }

  async function compareState(views: readonly View[]): Promise<void> {
    const answers = await real.read(views)
    for (const [index, view] of views.entries()) compare(nameOf(view), answerTo(view), answers[index])
  }

  /** The position that a broker reads from the bytecode equals the simulated one. */
  async function comparePosition({ wallet, readPosition }: ChainReader): Promise<void> {
    const theirs = await readPosition()
    compare(`the position of ${wallet}`, simulated.positionOf(wallet, theirs.block), theirs)
  }

  function answerTo(view: View): Answer {
    return 'balanceOf' in view ? { ok: true, value: simulated.balanceOf(view.balanceOf) } : simulated.view(view)
  }

  function compare(what: string, ours: unknown, theirs: unknown): void {
    if (isDeepStrictEqual(ours, theirs)) return
    throw new Divergence(
      `${history.join('\n')}\n\n${what} differs\nsimulated: ${shown(ours)}\nbytecode:  ${shown(theirs)}\n`,
    )
  }
}

function lineOf({ from, value = 0n, call }: ContractTransaction, after: number): string {
  const paid = value > 0n ? ` with ${value} wei` : ''
  return `${from.slice(0, 6)} ${call.contract}.${call.method}(${shown(call.args)})${paid}, ${after} s later`
}

function nameOf(view: View): string {
  if ('balanceOf' in view) return `the balance of ${view.balanceOf}`
  return `${view.contract}.${view.method}(${shown(view.args)})`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}` : one)) ?? ''
  return text.replace(/^\[|\]$/g, '').replace(/é{9,}/g, 'é…')
}

/** How often each outcome of each function came. */
function createTally() {
  const counts = new Map<string, number>()
  return {
    counts: counts as ReadonlyMap<string, number>,
    push: (...keys: string[]) => keys.forEach((key) => counts.set(key, (counts.get(key) ?? 0) + 1)),
  }
}

function keysOf({ call }: ContractTransaction, execution: Execution): string[] {
  const name = `${call.contract}.${call.method || 'plain'}`
  if (!execution.ok) {
    const { name: error, args } = execution.error
    return [`${name} ✗ ${error}${'reason' in args ? ` ${String(args['reason'])}` : ''}`]
  }
  const statuses = execution.events.flatMap(({ args }) =>
    'status' in args ? [`${name} status ${String(args['status'])}`] : [],
  )
  return [name, ...execution.events.map((event) => `${name} ! ${event.name}`), ...statuses]
}
