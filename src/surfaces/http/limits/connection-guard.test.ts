import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { TrustedProxies } from '../auth/trusted-proxies.ts'
import { DEFAULT_LIMITS } from '../http-config.ts'
import { ConnectionGuard } from './connection-guard.ts'

function connectFrom(server: EventEmitter, remoteAddress: string): PassThrough {
  const socket = Object.assign(new PassThrough(), { remoteAddress, bytesRead: 0, bytesWritten: 0 })
  server.emit('connection', socket)
  return socket
}

describe('ConnectionGuard', () => {
  it('counts connections per address, and none of this machine or of a proxy that is trusted', async () => {
    const server = new EventEmitter()
    const limits = { ...DEFAULT_LIMITS, maxConnectionsPerAddress: 2 }
    const guard = new ConnectionGuard(server as Server, limits, new TrustedProxies(['192.168.9.0/24']))
    const neighbours = [1, 2, 3].map(() => connectFrom(server, '192.168.1.7'))
    const own = [1, 2, 3].map(() => connectFrom(server, '::ffff:127.0.0.1'))
    const proxy = [1, 2, 3].map(() => connectFrom(server, '192.168.9.1'))
    expect(neighbours.map(({ destroyed }) => destroyed)).toEqual([false, false, true])
    expect([...own, ...proxy].map(({ destroyed }) => destroyed)).toEqual(Array(6).fill(false))
    neighbours[0]?.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    expect(connectFrom(server, '192.168.1.7').destroyed).toBe(false)
    expect(guard.connections).toBe(8)
    guard.close()
  })

  it('counts the /64 of an IPv6 address as one', () => {
    const server = new EventEmitter()
    const limits = { ...DEFAULT_LIMITS, maxConnectionsPerAddress: 2 }
    const guard = new ConnectionGuard(server as Server, limits, new TrustedProxies([]))
    const addresses = ['2001:db8::1', '2001:db8::2:1', '2001:db8::3', '2001:db8:0:1::1']
    const sockets = addresses.map((address) => connectFrom(server, address))
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, true, false])
    guard.close()
  })
})
