/** A set that keeps the members added last: what other programs send must not fill the memory of the process. */
export type RecentSet<T> = {
  has(member: T): boolean
  /** Adds a member, or makes it the newest one again. @returns whether it is new */
  add(member: T): boolean
  readonly size: number
}

/** @param most how many members it keeps; the oldest leaves for one more */
export function createRecentSet<T>(most: number): RecentSet<T> {
  const members = new Set<T>()
  return {
    has: (member) => members.has(member),
    add(member) {
      const isNew = !members.delete(member)
      members.add(member)
      for (const oldest of members) {
        if (members.size <= most) break
        members.delete(oldest)
      }
      return isNew
    },
    get size() {
      return members.size
    },
  }
}
