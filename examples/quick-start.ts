import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker } from 'og-ledger'

const { PRIVATE_KEY = '', OG_RPC_URL = 'https://evmrpc.0g.ai', PROVIDER = '' } = process.env
const signer = new Wallet(PRIVATE_KEY, new JsonRpcProvider(OG_RPC_URL))
const broker = await createBroker({ signer })

if (!(await broker.position()).ledger) await broker.ledger.addLedger('10') // a string is OG, a bigint is wei
broker.inference.startAutoFunding(PROVIDER, { maxTopUp: '5', budget: { amount: '25', per: '24h' } })
broker.plan$.subscribe(({ decisions }) => console.table(decisions, ['provider', 'action', 'amount', 'reason']))
await broker.closed // og-ledger keeps no process alive: a server does not need this line
