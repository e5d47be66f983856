import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `refuse`: 502 with a page. `cut`: the connection ends without an answer. `hush`: it stays, and not a byte comes. */
export type Breakage = 'refuse' | 'cut' | 'hush'

/** Stands before a server, as proxies do, and breaks what it is told to. */
export interface BreakingProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  /** What was asked and let through, as `GET /path?query`. */
  readonly asked: string[]
  /** Paths of what was asked in vain. */
  readonly broken: string[]
  /** From now on, and at once for the answers that are under way. */
  break(path: RegExp, how: Breakage): void
  mend(): void
}

/** `target`: the address of the server, without a slash at the end. */
export async function startBreakingProxy(target: string): Promise<BreakingProxy> {
  const asked: string[] = []
  const broken: string[] = []
  const open = new Map<ServerResponse, string>()
  let rule: { readonly path: RegExp; readonly how: Breakage } | null = null
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    open.set(outgoing, path)
    outgoing.once('close', () => open.delete(outgoing))
    if (rule?.path.test(path)) {
      broken.push(path)
      return breakOff(outgoing, rule.how)
    }
    asked.push(`${incoming.method} ${path}`)
    passOn(target + path, incoming, outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    broken,
    break(path, how) {
      rule = { path, how }
      for (const [outgoing, where] of open) if (path.test(where)) breakOff(outgoing, how)
    },
    mend() {
      rule = null
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function passOn(url: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming
  const asking = request(url, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    // What is hushed takes no more of it.
    answer.on('data', (bytes) => outgoing.writableCorked === 0 && outgoing.write(bytes))
    answer.once('end', () => outgoing.end())
  })
  asking.once('error', () => outgoing.destroy())
  outgoing.once('close', () => asking.destroy())
  incoming.pipe(asking)
}

function breakOff(outgoing: ServerResponse, how: Breakage): void {
  if (how === 'hush') outgoing.cork()
  else if (how === 'cut' || outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
}
