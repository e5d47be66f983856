import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '..', '..')

/** What opens connections, by the module it comes from. Types and servers do not. */
const OPENERS: Readonly<Record<string, RegExp>> = {
  'node:http': /^(request|get|Agent|globalAgent|ClientRequest|default|\*)$/,
  'node:https': /^(request|get|Agent|globalAgent|default|\*)$/,
  'node:http2': /^(connect|default|\*)$/,
  'node:net': /^(connect|createConnection|Socket|default|\*)$/,
  'node:tls': /^(connect|TLSSocket|default|\*)$/,
  'node:dgram': /./,
  undici: /./,
}

/** Addresses of the owner, not of users: our own server, and BOT_API_ROOT. */
const EXEMPT = ['adapters/telegram/api-transport.ts', 'app/post-to-server.ts']

describe('the only way out', () => {
  it('is the only place that opens connections, but for those of the owner', () => {
    const files = globSync('**/*.ts', { cwd: SRC }).filter((file) => !/\.(test|test-support)\.ts$/.test(file))
    expect(files.length).toBeGreaterThan(300)
    const opening = files.filter((file) => opensConnections(readFileSync(join(SRC, file), 'utf8')))
    const own = ['forward-request.ts', 'open-socket.ts', 'undici-client.ts'].map((file) => `adapters/web-fetch/${file}`)
    expect(opening.toSorted()).toEqual([...own, ...EXEMPT].toSorted())
  })

  it.each([
    ["import { request } from 'node:http'", true],
    ["import { type Server, request as ask } from 'node:https'", true],
    ["import {\n  connect,\n  isIP,\n} from 'node:net'", true],
    ["import * as net from 'node:net'", true],
    ["import http from 'node:http'", true],
    ["import { Pool } from 'undici'", true],
    ["const answer = await fetch('http://x')", true],
    ['const ask = globalThis.fetch', true],
    ['new WebSocket(url)', true],
    ["await import('node:net')", true],
    ["createRequire(import.meta.url)('undici/lib/x.js')", true],
    ["import type { Socket } from 'node:net'", false],
    ["import { type Socket, isIP, createServer } from 'node:net'", false],
    ["import { createServer } from 'node:http'", false],
    ['fetch(slice: Slice): Promise<void>', false],
    ['await this.fetch(slice)', false],
  ])('is seen in %j: %s', (source, expected) => {
    expect(opensConnections(source)).toBe(expected)
  })
})

function opensConnections(source: string): boolean {
  if (
    /\bglobalThis\.(fetch|WebSocket)|(await|return|=|=>|void) fetch\(|= fetch\b|new (WebSocket|EventSource|XMLHttpRequest)\(/.test(
      source,
    )
  ) {
    return true
  }
  // import(…), require(…), createRequire(…)(…)
  if (/\('(node:(http|https|http2|net|tls|dgram)|undici[\w/.-]*)'\)/.test(source)) return true
  return [...source.matchAll(/^import (?!type )([^;]*?) from '([\w:]+)'/gm)].some(([, names = '', from = '']) => {
    return importedNames(names).some((name) => OPENERS[from]?.test(name))
  })
}

/** Of an import clause, types left out; `default` and `*` for those forms. */
function importedNames(clause: string): readonly string[] {
  if (!clause.startsWith('{')) return [clause.startsWith('*') ? '*' : 'default']
  const parts = clause.replace(/[{}]/g, '').split(',')
  return parts
    .map((part) => part.trim().replace(/ as .*/, ''))
    .filter((part) => part !== '' && !part.startsWith('type '))
}
