import { expect, test } from 'vitest'
import { networkName, networks } from '../../../src/index.ts'

test('a deployment has its name, however its address is spelt; any other has the id of its chain', () => {
  expect(Object.values(networks).map(networkName)).toEqual(Object.keys(networks))
  const { mainnet, testnet } = networks
  expect(networkName({ ...mainnet, chainId: BigInt(mainnet.chainId), ledger: mainnet.ledger.toLowerCase() })).toBe(
    'mainnet',
  )
  expect(networkName({ ...mainnet, ledger: testnet.ledger })).toBe(String(mainnet.chainId))
  expect(networkName({ ...mainnet, chainId: 31_337 })).toBe('31337')
})
