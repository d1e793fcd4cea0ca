import { HDNodeWallet, Wallet, type Provider } from 'ethers'

const MNEMONIC = 'test test test test test test test test test test test junk'

let root: HDNodeWallet | undefined

/**
 * A wallet that anvil funds: the index-th account of the mnemonic that every development node uses. Its key is public.
 */
export function testWallet(index: number, provider?: Provider): Wallet {
  root ??= HDNodeWallet.fromPhrase(MNEMONIC, '', "m/44'/60'/0'/0")
  return new Wallet(root.deriveChild(index).privateKey, provider)
}
