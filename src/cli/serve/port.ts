/** Where a local endpoint listens where the command line names no port. */
export const DEFAULT_PORT = 8_787
