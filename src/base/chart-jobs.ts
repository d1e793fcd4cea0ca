/**
 * The jobs of each actor of a chart, by its actor system: the chart is provided once for all brokers of a process, because a
 * provided copy takes as much memory as the chart itself.
 */
export type ChartJobs<Jobs> = {
  /** Gives a root actor its jobs, before it is started. */
  give(actor: { readonly system: object }, jobs: Jobs): void
  of(system: object): Jobs
}

export function createChartJobs<Jobs>(): ChartJobs<Jobs> {
  const known = new WeakMap<object, Jobs>()
  return {
    give: ({ system }, jobs) => void known.set(system, jobs),
    of(system) {
      const jobs = known.get(system)
      if (jobs) return jobs
      throw new Error('The actor has no jobs.')
    },
  }
}
