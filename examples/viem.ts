// Keeps one sub-account funded with an account of viem. The account signs before anything is sent.
import { createBroker, formatOg } from 'og-ledger'
import { signerOf } from 'og-ledger/viem'
import { createPublicClient, http, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const { PRIVATE_KEY = '', OG_RPC_URL = 'https://evmrpc.0g.ai', PROVIDER = '' } = process.env
const account = privateKeyToAccount(PRIVATE_KEY as Hex)
const publicClient = createPublicClient({ transport: http(OG_RPC_URL, { batch: true }) })
const broker = await createBroker({ signer: signerOf(account, { publicClient }) })

if (!(await broker.position()).ledger) await broker.ledger.addLedger('10')
const receipt = await broker.inference.ensureFunded(PROVIDER, '2')
console.log(receipt ? `sent in block ${receipt.blockNumber}` : 'it had enough already')
const { ledger } = await broker.position()
console.log(`${formatOg(ledger?.available ?? 0n)} OG are left in the ledger`)
await broker.close()
