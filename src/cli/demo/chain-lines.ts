import { paint, printChainJson, printWhole } from '../screen/terminal.ts'
import type { ChainForProgram } from './own-program.ts'

/** Says how a program connects to the chain of a demo. Its key is public, and is not redacted. */
export function printChain(chain: ChainForProgram, { json }: { json: boolean }): void {
  if (json) printChainJson({ type: 'chain', ...chain })
  else printWhole(linesOf(chain).join('\n'))
}

function linesOf({ rpcUrl, chainId, ledger, inference, privateKey, providers }: ChainForProgram): string[] {
  return [
    paint('bold', 'og-ledger demo: a chain for a program of your own'),
    '',
    'The contracts of 0G Compute run on a local chain. Its wallet owns 100,000 OG and has no ledger yet. Providers charge 0.12 OG every',
    'few seconds wherever it has a sub-account, and the first one answers requests: broker.inference.endpoint(PROVIDER).',
    'No network and no real money is used: every development chain has this key. In the shell of your program:',
    '',
    `  export OG_RPC_URL=${rpcUrl}`,
    `  export PRIVATE_KEY=${privateKey}`,
    `  export PROVIDER=${providers[0] ?? ''} OTHER_PROVIDER=${providers[1] ?? ''}`,
    '',
    'In the program:',
    '',
    `  const network = { chainId: ${chainId}, ledger: '${ledger}', inference: '${inference}' }`,
    '  const broker = await createBroker({ signer, network })',
    '',
    'On the command line:',
    '',
    `  og-ledger status --chain-id ${chainId} --ledger ${ledger} --inference ${inference}`,
    '',
    'The chain ends with Ctrl-C, and all that is on it.',
  ]
}
