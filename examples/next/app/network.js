/** The deployment: mainnet, or another one as JSON in OG_NETWORK. Read on the server, and given to the browser by the page. */
export function settings() {
  const { OG_RPC_URL = 'https://evmrpc.0g.ai', OG_NETWORK, OG_WALLET = '', HOSTS = '' } = process.env
  return {
    url: OG_RPC_URL,
    network: OG_NETWORK ? JSON.parse(OG_NETWORK) : 'mainnet',
    wallet: OG_WALLET,
    /** The names under which visitors reach this server, beside localhost. */
    hosts: HOSTS.split(',').filter((name) => name !== ''),
  }
}
