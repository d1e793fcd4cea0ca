/** Several things that last as long as one block: disposed of in the opposite order. */
export function together(...all: readonly (Disposable | AsyncDisposable | null | undefined)[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      for (const one of all.toReversed())
        if (one && Symbol.asyncDispose in one) await one[Symbol.asyncDispose]()
        else one?.[Symbol.dispose]()
    },
  }
}
