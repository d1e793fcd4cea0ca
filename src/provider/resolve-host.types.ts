/** All addresses of a host. */
export type Resolve = (host: string) => Promise<readonly string[]>
