/**
 * Calls a function of the app's that decides nothing about money. What it throws, or rejects with, goes to `onFailure`: an `async` one fits
 * wherever a type asks for a function without a result, and a rejection that is not handled would end the process.
 */
export function callSafely<T>(call: () => T, onFailure: (error: unknown) => void): T | undefined {
  try {
    const returned = call()
    if (isThenable(returned)) returned.then(undefined, onFailure)
    return returned
  } catch (error) {
    onFailure(error)
    return undefined
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
