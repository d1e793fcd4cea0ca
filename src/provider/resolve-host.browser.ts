import type { Resolve } from './resolve-host.types.ts'

/** Pages cannot resolve a name. */
export const resolveHost: Resolve | null = null
