import { Interface } from 'ethers'

const acknowledgement = 'function acknowledgeTEESigner(address provider, bool acknowledged)'

/** The functions that a wallet's transactions call, by their contract. */
export const callsAbi = {
  ledger: new Interface([
    'function addLedger(string additionalInfo) payable returns (uint256, uint256)',
    'function depositFund() payable',
    'function depositFundFor(address recipient) payable',
    'function transferFund(address provider, string serviceName, uint256 amount)',
    'function retrieveFund(address[] providers, string serviceName)',
    'function refund(uint256 amount)',
    'function deleteLedger()',
    'function updateAdditionalInfo(string additionalInfo)',
  ]),
  inference: new Interface([
    acknowledgement,
    'function revokeToken(address provider, uint8 tokenId)',
    'function revokeTokens(address provider, uint8[] tokenIds)',
    'function revokeAllTokens(address provider)',
  ]),
  fineTuning: new Interface([acknowledgement]),
}
