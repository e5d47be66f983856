import { createHash } from 'node:crypto'
import type { RunningServer } from '#test/support/start-server.ts'

/** Addresses of all segments of a track, in play order, with its init segment first. */
export async function segmentPaths(
  { url }: Pick<RunningServer, 'url'>,
  videoId: string,
  track: string,
): Promise<string[]> {
  const playlist = `${url}/playlist/local/${videoId}/${track}.m3u8`
  const text = (await bodyOf(playlist)).toString()
  const init = /#EXT-X-MAP:.*URI="([^"]+)"/.exec(text)?.[1]
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return [...(init === undefined ? [] : [init]), ...lines].map((line) => new URL(line, playlist).pathname)
}

/** SHA-256 over all that a player of this video gets, picture before sound; asked for in play order. */
export async function hashOfSegments(server: Pick<RunningServer, 'url'>, videoId: string): Promise<string> {
  const hash = createHash('sha256')
  const tracks = await Promise.all(['v0', 'a0'].map((track) => segmentPaths(server, videoId, track)))
  const longest = Math.max(...tracks.map(({ length }) => length))
  for (let index = 0; index < longest; index++) {
    const now = tracks.flatMap((paths) => paths[index] ?? [])
    for (const bytes of await Promise.all(now.map((path) => bodyOf(server.url + path)))) hash.update(bytes)
  }
  return hash.digest('hex')
}

export async function bodyOf(url: string): Promise<Buffer> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}
