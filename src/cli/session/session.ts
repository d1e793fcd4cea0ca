import process from 'node:process'
import { createBroker, networks, type Broker, type BrokerOptions, type Connection } from '../../index.ts'
import { connectTo, walletOf, watched, type KeySource } from './connection.ts'
import { endpointOf } from './endpoint.ts'
import type { ReadingArguments, SendingArguments } from '../arguments/options.ts'
import { keystorePassword } from './questions.ts'

/** A broker as the command line wants it. Disposing closes it, and what it was connected with. */
export type Session = AsyncDisposable & {
  broker: Broker
  /** The network's name where it has one, and the node's host. */
  place: string
}

type More = Pick<BrokerOptions, 'intervalMs' | 'signal' | 'budget' | 'autoClaim' | 'network' | 'logger'>

/** For commands that look: the wallet is an address. */
export async function readingSession(args: ReadingArguments, more: More = {}): Promise<Session> {
  const { url, host, network } = endpointOf(args, process.env['OG_RPC_URL'])
  const provider = await connectTo(url, host)
  return session(await watched(args.address, keysOf(args), provider), { ...more, host, network })
}

/** For commands that send: the wallet has its key. */
export async function sendingSession(args: SendingArguments, more: More = {}): Promise<Session> {
  const { url, host, network } = endpointOf(args, process.env['OG_RPC_URL'], more.network)
  const provider = await connectTo(url, host)
  return session({ signer: await walletOf(keysOf(args), provider) }, { ...more, host, network })
}

async function session(
  connection: Connection,
  { host, network, ...more }: Omit<More, 'network'> & { host: string; network: BrokerOptions['network'] },
): Promise<Session> {
  const broker = await createBroker({ ...connection, ...(network !== undefined && { network }), ...more })
  return {
    broker,
    place: `${networkName(broker)} (${host})`,
    async [Symbol.asyncDispose]() {
      await broker.close()
      const provider = connection.provider ?? connection.signer.provider
      provider?.destroy()
    },
  }
}

function keysOf({ keystore }: { keystore?: string | undefined }): KeySource {
  return { keystore, privateKey: process.env['PRIVATE_KEY'], password: keystorePassword }
}

function networkName({ network }: Broker): string {
  const named = Object.entries(networks).find(([, one]) => one === network)
  return named?.[0] ?? `chain ${network.chainId}`
}
