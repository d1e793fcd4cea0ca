/** The known name with the smallest edit distance; case and dashes are ignored. */
export function nearestName(name: string, known: readonly string[]): string {
  const near = known.map((one) => ({ one, changes: changesBetween(plain(name), plain(one)) }))
  return near.toSorted((a, b) => a.changes - b.changes)[0]?.one ?? ''
}

/** The known name that was probably meant; null where none is near. */
export function nearName(name: string, known: readonly string[]): string | null {
  const nearest = nearestName(name, known)
  return changesBetween(plain(name), plain(nearest)) <= Math.max(1, name.length / 3) ? nearest : null
}

/** The same as a question to add to a refusal. */
export function didYouMean(name: string, known: readonly string[], prefix = ''): string {
  const near = nearName(name, known)
  return near === null ? '' : `: did you mean ${prefix}${near}?`
}

const plain = (name: string): string => name.replace(/[-_]/g, '').toLowerCase()

/** Letters to add, drop or replace (Levenshtein). */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of from.split('').entries()) {
    const next = [index + 1]
    for (const [column, other] of to.split('').entries()) {
      const [replaced = 0, dropped = 0] = row.slice(column)
      next.push(Math.min(replaced + (letter === other ? 0 : 1), dropped + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
