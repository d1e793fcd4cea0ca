import { HDNodeWallet, Wallet, type Provider } from 'ethers'

/** The phrase that every development node uses: its keys are public. */
export const TEST_PHRASE = 'test test test test test test test test test test test junk'

let root: HDNodeWallet | undefined

/**
 * A wallet that anvil funds: the index-th account of the mnemonic that every development node uses. Its key is public.
 */
export function testWallet(index: number, provider?: Provider): Wallet {
  root ??= HDNodeWallet.fromPhrase(TEST_PHRASE, '', "m/44'/60'/0'/0")
  return new Wallet(root.deriveChild(index).privateKey, provider)
}
