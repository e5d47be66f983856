import { lookup } from 'node:dns/promises'
import type { ResolvedAddress } from './dns-cache.ts'

/** Every address that this machine's own resolver knows for a name: what a connection to the name would choose from. */
export async function lookupAll(name: string): Promise<readonly ResolvedAddress[]> {
  const answers = await lookup(name, { all: true })
  return answers.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}
