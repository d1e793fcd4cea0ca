/** A link to a transaction in the explorer; null for anything but a hash and an https explorer. */
export function transactionLink(explorer: string | null, hash: string | null): string | null {
  return hash !== null && /^0x[0-9a-f]{64}$/i.test(hash) ? linkTo(explorer, `tx/${hash}`) : null
}

export function addressLink(explorer: string | null, address: string): string | null {
  return /^0x[0-9a-f]{40}$/i.test(address) ? linkTo(explorer, `address/${address}`) : null
}

function linkTo(explorer: string | null, path: string): string | null {
  return explorer !== null && /^https:\/\/[a-z0-9.-]+(?::\d+)?(?:\/[\w./-]*)?$/i.test(explorer)
    ? `${explorer}/${path}`
    : null
}
