import { playlist, resource } from '../answer.ts'
import { pooledBytes } from '../body.ts'
import type { Origin } from '../start-origin.ts'
import { type StreamTruth, TruthKeeper } from '../truth.ts'
import { playlistText } from '../write-stream.ts'

export interface SyntheticOptions {
  readonly segments: number
  readonly segmentBytes: number
  readonly folder?: string
}

/** Segments of pseudo-random bytes, for speed and kills: nothing plays them. */
export function syntheticStream(origin: Origin, options: SyntheticOptions): StreamTruth {
  const { segments, segmentBytes, folder = '/synthetic/' } = options
  const keeper = new TruthKeeper()
  const lines: string[][] = []
  for (let index = 0; index < segments; index++) {
    const bytes = pooledBytes(index, segmentBytes)
    const name = `segment-${index}.ts`
    origin.put(`${folder}${name}`, resource(bytes, 'video/mp2t'))
    lines.push(['#EXTINF:2.000000,', name])
    keeper.add(bytes, 2)
  }
  const url = origin.put(`${folder}index.m3u8`, playlist(playlistText(lines, 2)))
  return { url, renditions: { main: keeper.truth } }
}
