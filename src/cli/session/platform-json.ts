import type { FetchRequest } from 'ethers'

/**
 * Has the platform decode a node's answers: ethers decodes their bytes one by one, which is most of the work of a fleet at rest. A byte that
 * is no UTF-8 becomes U+FFFD, where ethers refuses the answer.
 */
export function decodeByPlatform(request: FetchRequest): void {
  const decoder = new TextDecoder()
  request.processFunc = (_, response) =>
    Promise.resolve(
      Object.defineProperty(response, 'bodyJson', {
        get: (): unknown => JSON.parse(decoder.decode(response.body ?? undefined)),
      }),
    )
}
