/** Finding the cuts: our reading of the container's index beside ffprobe's scan of the packets. `node bench/index.ts` */
import { keyFrameIndexOf as keyFramesOfMovie } from '#lib/containers/iso-bmff/key-frame-index-of.ts'
import { readMovie } from '#lib/containers/iso-bmff/read-movie.ts'
import { keyFrameIndexOf as keyFramesOfMatroska } from '#lib/containers/matroska/key-frame-index-of.ts'
import { readMatroska } from '#lib/containers/matroska/read-matroska.ts'
import type { RandomAccess } from '#lib/containers/random-access.ts'
import { openRandomAccess } from '#adapters/ffmpeg/random-access-file.ts'
import { bench } from './support/bench.ts'
import { compared } from './support/figure.ts'
import { filmOf } from './support/films.ts'
import { run } from './support/run.ts'

const ROUNDS = 9
const FILM_BYTES = 2 ** 30
const PACKET_SCAN = [
  '-v',
  'error',
  '-select_streams',
  'v:0',
  '-show_entries',
  'packet=pts_time,size,flags',
  '-of',
  'csv=p=0',
]

await bench('Index', async ({ quietness, add }) => {
  for (const container of ['mp4', 'mkv'] as const) {
    const film = await filmOf(container, FILM_BYTES)
    const read = container === 'mp4' ? ofMovie : ofMatroska
    const [ours, packets, shares] = [[] as number[], [] as number[], [] as number[]]
    for (let round = 0; round < ROUNDS; round++) {
      await quietness.look()
      const { ms, share } = await indexed(film, read)
      ours.push(ms)
      shares.push(share * 100)
      packets.push((await run('ffprobe', [...PACKET_SCAN, film])).ms)
    }
    const name = `1 GiB ${container.toUpperCase()}`
    add(
      compared(`${name}: key frames and sizes`, {
        ours,
        limit: packets,
        unit: 'ms',
        beside: 'ffprobe packet scan',
        allowed: 1,
      }),
    )
    add(
      compared(`${name}: bytes read`, {
        ours: shares,
        limit: shares.map(() => 0.1),
        unit: '%',
        beside: '',
        allowed: 1,
      }),
    )
  }
})

/** Opens the file anew, as an ingest does. */
async function indexed(film: string, read: (file: RandomAccess) => Promise<number>) {
  const startMs = performance.now()
  await using file = await openRandomAccess(film)
  let readBytes = 0
  const counted: RandomAccess = {
    size: file.size,
    read(offset, length, into) {
      readBytes += length
      return file.read(offset, length, into)
    },
  }
  const keyFrames = await read(counted)
  if (keyFrames < 2) throw new Error(`${film}: ${keyFrames} key frames were found`)
  return { ms: performance.now() - startMs, share: readBytes / file.size }
}

async function ofMovie(file: RandomAccess): Promise<number> {
  return keyFramesOfMovie(await readMovie(file), 1)?.gops.length ?? 0
}

async function ofMatroska(file: RandomAccess): Promise<number> {
  const { index } = await keyFramesOfMatroska(await readMatroska(file), file, { trackNumber: 1 })
  return index?.gops.length ?? 0
}
