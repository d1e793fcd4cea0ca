/** Where providers of ethers keep their socket; undefined for a provider that polls by HTTP. */
export function socketName(provider: object): string | undefined {
  return ['websocket', 'socket'].find((name) => name in provider)
}

export const hasSocket = (provider: object): boolean => socketName(provider) !== undefined
