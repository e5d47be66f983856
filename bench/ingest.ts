/** The main job: a film of a gibibyte becomes segments on the disk. `node bench/ingest.ts [rounds]` */
import { bench, type Measuring } from './support/bench.ts'
import { compared, median, withUnit } from './support/figure.ts'
import { filmOf } from './support/films.ts'
import { type IngestReport, ingest } from './support/ingest-report.ts'
import { copyFile, splitByTrial, splitToFmp4, splitToTs, type Timed } from './support/splits.ts'

const ROUNDS = Number(process.argv[2] ?? 5)
const FILM_BYTES = 2 ** 30

await bench('Ingest', async (measuring) => {
  for (const container of ['mp4', 'mkv'] as const) {
    const film = await filmOf(container, FILM_BYTES)
    const name = `1 GiB ${container.toUpperCase()}`
    // Not counted: the film is in the page cache afterwards, for all.
    await copyFile(film)
    const ours = [
      ...(await besideSplit(name, film, 'TS', splitToTs, measuring)),
      ...(await besideSplit(name, film, 'fMP4', splitToFmp4, measuring)),
    ]
    await besideOthers(name, film, ours, measuring)
    addSizes(name, ours, measuring)
  }
})

/** Ours and a split in turns: as soon as all can be played, and when all is on the disk. */
async function besideSplit(
  name: string,
  film: string,
  format: string,
  split: (film: string) => Promise<Timed>,
  { quietness, add }: Measuring,
): Promise<readonly IngestReport[]> {
  const ours: IngestReport[] = []
  const theirs: Timed[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await quietness.look()
    theirs.push(await split(film))
    ours.push(await ingest(film))
  }
  const sec = {
    playable: ours.map(({ cutMs }) => cutMs / 1000),
    durable: ours.map(({ totalMs }) => totalMs / 1000),
    split: theirs.map(({ ms }) => ms / 1000),
    durableSplit: theirs.map(({ durableMs }) => durableMs / 1000),
  }
  const [unit, allowed] = ['s', 1.3]
  add(
    compared(`${name}: all playable`, {
      ours: sec.playable,
      limit: sec.split,
      unit,
      beside: `${format} split`,
      allowed,
    }),
  )
  add(
    compared(`${name}: all on disk`, {
      ours: sec.durable,
      limit: sec.durableSplit,
      unit,
      beside: `${format} split and sync`,
      allowed,
    }),
  )
  add(
    compared(`${name}: all on disk`, {
      ours: sec.durable,
      limit: sec.split,
      unit,
      beside: `${format} split, not synced`,
    }),
  )
  return ours
}

async function besideOthers(
  name: string,
  film: string,
  ours: readonly IngestReport[],
  { add }: Measuring,
): Promise<void> {
  const [copy, naive] = [await copyFile(film), await splitByTrial(film)]
  const total = [median(ours.map(({ totalMs }) => totalMs / 1000))]
  const beside = (what: string, ms: number, allowed?: number) =>
    add(
      compared(`${name}: all on disk`, {
        ours: total,
        limit: [ms / 1000],
        unit: 's',
        beside: what,
        ...(allowed && { allowed }),
      }),
    )
  beside('cp and sync', copy.durableMs)
  beside('cp, not synced', copy.ms)
  beside('10 trial splits + 1', naive.ms, 1 / 8)
}

function addSizes(name: string, ours: readonly IngestReport[], { add }: Measuring): void {
  const of = (key: keyof IngestReport, scale: number) => ours.map((one) => one[key] / scale)
  const least = (value: number) => ours.map(() => value)
  const first = { limit: least(1), unit: 's', beside: '', allowed: 1 }
  add(compared(`${name}: first segment, server running`, { ours: of('firstMs', 1000), ...first }))
  add(compared(`${name}: first segment, program to be started`, { ours: of('firstFromSpawnMs', 1000), ...first }))
  add(
    compared(`${name}: bytes written`, {
      ...{ ours: of('writtenBytes', 1e6), limit: of('sourceBytes', 1e6), unit: 'MB', beside: 'source', allowed: 1.05 },
    }),
  )
  add(
    compared(`${name}: stored objects`, {
      ...{ ours: of('packs', 1), limit: of('leastPacks', 1), unit: '', beside: 'least', allowed: 1.1 },
    }),
  )
  const memory = { limit: least(150), unit: 'MB', beside: '', allowed: 1 }
  add(compared(`${name}: memory grown`, { ours: of('grownBytes', 1e6), ...memory }))
  const processor = withUnit(median(of('processorSec', 1)), 's')
  console.log(
    `${name}: ${processor} of processor time; each ${ours.map(({ totalMs }) => Math.round(totalMs)).join(' ')} ms`,
  )
}
