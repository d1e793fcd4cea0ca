/** The deployment: mainnet, or the one in OG_NETWORK, by its name or as JSON. Read on the server, and given to the browser by the page. */
export function settings() {
  const { OG_RPC_URL = 'https://evmrpc.0g.ai', OG_WALLET = '', HOSTS = '' } = process.env
  const network = process.env.OG_NETWORK || 'mainnet'
  return {
    url: OG_RPC_URL,
    network: network.startsWith('{') ? JSON.parse(network) : network,
    wallet: OG_WALLET,
    /** The names under which visitors reach this server, beside localhost. */
    hosts: HOSTS.split(',').filter((name) => name !== ''),
  }
}
