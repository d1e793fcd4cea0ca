import {
  BudgetExhaustedError,
  LeaseLostError,
  paymentsIn,
  type ClaimRequest,
  type CommonBudget,
  type JournalRecord,
  type Lease,
  type LeasedJournal,
  type Leases,
} from '../../src/index.ts'
import type { Clock } from '../../src/base/clock.ts'

type Row = { holder: string | null; epoch: number; expiresAt: number; records: JournalRecord[] }

/**
 * Leases in memory with the law of those in a database: one holder at a time by the store's clock, a fence in each append, and a budget that
 * all processes share.
 */
export function memoryLeaseStore({ clock, leaseMs }: { clock: Clock; leaseMs: number }) {
  const rows = new Map<string, Row>()
  /** Who had which wallet, at each claim. */
  const claims: { wallet: string; holder: string; at: number }[] = []

  /** When the store got the record of each payment. */
  const paidAt = new Map<string, number>()
  const leftOf = ({ amount, seconds }: CommonBudget): bigint => {
    const spent = [...rows].flatMap(([wallet, { records }]) =>
      paymentsIn(records).filter(({ id, state }) => {
        const at = paidAt.get(`${wallet} ${id}`) ?? 0
        const isOpen = state === 'open' || state === 'refused'
        return isOpen || (state === 'paid' && at > clock.now() - seconds * 1_000)
      }),
    )
    const sum = spent.reduce((all, one) => all + one.amount, 0n)
    return sum < amount ? amount - sum : 0n
  }

  return {
    rows,
    claims,
    /** The leases of one process, whose heartbeats run on its own clock. */
    of(holder: string, processClock: Clock): Leases {
      const held = new Set<LeasedJournal & { beat(): void }>()
      let cancel = processClock.after(leaseMs / 3, beat)

      const leases: Leases = {
        holder,
        leaseMs,
        claim: (request) => claim(request, null),
        withBudget: (budget) => ({
          ...leases,
          claim: (request) => claim(request, budget),
          left: () => leftOf(budget),
        }),
        async list(chainId) {
          return [...rows].map(([wallet, row]): Lease => {
            const isHeld = row.holder !== null && row.expiresAt > clock.now()
            const expiresInMs = isHeld ? row.expiresAt - clock.now() : null
            return { chainId, wallet, holder: isHeld ? row.holder : null, epoch: row.epoch, expiresInMs }
          })
        },
        async close() {
          cancel()
          await Promise.all([...held].map((journal) => journal.close()))
        },
      }
      return leases

      async function claim(
        { chainId, wallets, atMost = wallets.length }: ClaimRequest,
        budget: CommonBudget | null,
      ): Promise<LeasedJournal[]> {
        const claimed: LeasedJournal[] = []
        for (const wallet of wallets) {
          if (claimed.length >= atMost) break
          const row = rowOf(wallet)
          if (row.holder !== null && row.expiresAt > clock.now()) continue
          Object.assign(row, { holder, epoch: row.epoch + 1, expiresAt: clock.now() + leaseMs })
          claims.push({ wallet, holder, at: clock.now() })
          const journal = journalOf(wallet, row, { chainId, budget })
          held.add(journal)
          claimed.push(journal)
        }
        return claimed
      }

      function beat(): void {
        for (const journal of held) journal.beat()
        cancel = processClock.after(leaseMs / 3, beat)
      }

      function journalOf(
        wallet: string,
        row: Row,
        { chainId, budget }: { chainId: bigint; budget: CommonBudget | null },
      ): LeasedJournal & { beat(): void } {
        const lost = new AbortController()
        const { epoch } = row
        const isOurs = (): boolean => row.epoch === epoch && row.holder === holder && row.expiresAt > clock.now()
        const error = () => new LeaseLostError({ wallet, holder: row.holder ?? undefined, epoch: String(row.epoch) })
        const journal = {
          chainId,
          wallet,
          holder,
          epoch,
          lost: lost.signal,
          refusal: () => null,
          load: async () => [...row.records],
          async append(record: JournalRecord) {
            if (!isOurs()) {
              lost.abort(error())
              throw error()
            }
            const [payment] = paymentsIn([record])
            if (budget && payment && payment.amount > leftOf(budget))
              throw new BudgetExhaustedError('The budget does not allow it now.', { budget: budget.name })
            if (payment || record.type === 'mined') paidAt.set(`${wallet} ${record.id}`, clock.now())
            row.records.push(record)
          },
          async close() {
            held.delete(journal)
            if (isOurs()) row.holder = null
          },
          beat() {
            if (isOurs()) row.expiresAt = clock.now() + leaseMs
            else {
              held.delete(journal)
              lost.abort(error())
            }
          },
        }
        return journal
      }
    },
  }

  function rowOf(wallet: string): Row {
    const row = rows.get(wallet) ?? { holder: null, epoch: 0, expiresAt: 0, records: [] }
    rows.set(wallet, row)
    return row
  }
}
