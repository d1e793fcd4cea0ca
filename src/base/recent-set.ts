/** A set that keeps the members added last: what other programs send must not fill the memory of the process. */
export type RecentSet<T> = {
  has(member: T): boolean
  /** Adds a member, or makes it the newest one again. @returns whether it is new */
  add(member: T): boolean
  readonly size: number
}

/** @param most how many members it keeps; the oldest leaves for one more */
export function createRecentSet<T>(most: number): RecentSet<T> {
  return new Recent(most)
}

class Recent<T> implements RecentSet<T> {
  readonly #most: number
  /** Null before the first. */
  #members: Set<T> | null = null

  constructor(most: number) {
    this.#most = most
  }

  has(member: T): boolean {
    return this.#members?.has(member) ?? false
  }

  add(member: T): boolean {
    const members = (this.#members ??= new Set())
    const isNew = !members.delete(member)
    members.add(member)
    for (const oldest of members) {
      if (members.size <= this.#most) break
      members.delete(oldest)
    }
    return isNew
  }

  get size(): number {
    return this.#members?.size ?? 0
  }
}
