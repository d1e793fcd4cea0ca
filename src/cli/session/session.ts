import process from 'node:process'
import type { JsonRpcProvider } from 'ethers'
import { createBroker, networkName, type Broker, type BrokerOptions, type Connection } from '../../index.ts'
import { connectTo, readOnlyConnection, walletOf, type KeySource } from './connection.ts'
import { endpointOf } from './endpoint.ts'
import { variable } from './environment.ts'
import type { ReadingArguments, SendingArguments } from '../arguments/options.ts'
import { canAsk } from '../screen/terminal.ts'
import { keystorePassword } from './questions.ts'

/** The broker of a command. Disposing closes it and its connection to the node. */
export type Session = AsyncDisposable & {
  broker: Broker
  /** The network's name where it has one, and the node's host. */
  place: string
  /** The connection to the node. */
  provider: JsonRpcProvider
}

type SessionOptions = Pick<BrokerOptions, 'intervalMs' | 'signal' | 'budget' | 'autoClaim' | 'network' | 'logger'>

/** For commands that look: they know the wallet by its address alone. */
export async function readingSession(args: ReadingArguments, more: SessionOptions = {}): Promise<Session> {
  const { url, host, network } = endpointOf(args, more.network)
  const provider = await connectTo(url, host)
  return session(await readOnlyConnection(args.address, keysOf(args), provider), { ...more, host, network, provider })
}

/** For commands that send: they sign with the wallet's key. */
export async function sendingSession(args: SendingArguments, more: SessionOptions = {}): Promise<Session> {
  const { url, host, network } = endpointOf(args, more.network)
  const provider = await connectTo(url, host)
  return session({ signer: await walletOf(keysOf(args), provider) }, { ...more, host, network, provider })
}

/** Whether a command that looks could also sign. */
export function hasKey({ address, keystore }: ReadingArguments): boolean {
  if (address !== undefined) return false
  if (keystore === undefined) return Boolean(variable('PRIVATE_KEY'))
  return process.env['KEYSTORE_PASSWORD'] !== undefined || canAsk()
}

async function session(
  connection: Connection,
  {
    host,
    network,
    provider,
    ...more
  }: Omit<SessionOptions, 'network'> &
    Pick<Session, 'provider'> & {
      host: string
      network: BrokerOptions['network']
    },
): Promise<Session> {
  const broker = await createBroker({ ...connection, ...(network !== undefined && { network }), ...more })
  return {
    broker,
    place: `${networkWords(broker)} (${host})`,
    provider,
    async [Symbol.asyncDispose]() {
      await broker.close()
      provider.destroy()
    },
  }
}

function keysOf({ keystore }: { keystore?: string | undefined }): KeySource {
  return {
    keystore,
    privateKey: variable('PRIVATE_KEY'),
    password: () => keystorePassword('KEYSTORE_PASSWORD', 'keystore'),
    names: { variable: 'PRIVATE_KEY', option: '--keystore' },
  }
}

function networkWords({ network }: Broker): string {
  const name = networkName(network)
  return /^\d+$/.test(name) ? `chain ${name}` : name
}
