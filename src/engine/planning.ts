// What dry runs need beside what a broker without a signer is made of.
export { createDryRuns } from '../funding/dry-runs.ts'
export { longestIdleness, toDryRun } from './dry-run-options.ts'
