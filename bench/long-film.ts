/** A film ten times as long: when it can be watched, and what memory it takes. Needs 30 GB of disk. `node bench/long-film.ts` */
import { rm } from 'node:fs/promises'
import { bench } from './support/bench.ts'
import { compared, withUnit } from './support/figure.ts'
import { filmOf } from './support/films.ts'
import { ingest } from './support/ingest-report.ts'

const ROUNDS = 7
const SHORT_BYTES = 2 ** 30

await bench('Long film', async ({ quietness, add }) => {
  for (const container of ['mp4', 'mkv'] as const) {
    const [short, long] = [await filmOf(container, SHORT_BYTES), await filmOf(container, 10 * SHORT_BYTES)]
    const firstSec = { short: [] as number[], long: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      await quietness.look()
      firstSec.short.push((await ingest(short, 'first')).firstMs / 1000)
      firstSec.long.push((await ingest(long, 'first')).firstMs / 1000)
    }
    const name = `10 GiB ${container.toUpperCase()}`
    const first = { ours: firstSec.long, limit: firstSec.short, unit: 's', beside: '1 GiB', allowed: 1.2 }
    add(compared(`${name}: first segment`, first))
    const whole = await ingest(long)
    const grown = { ours: [whole.grownBytes / 1e6], limit: [150], unit: 'MB', beside: '', allowed: 1 }
    add(compared(`${name}: memory grown`, grown))
    console.log(
      `${name}: ${withUnit(whole.totalMs / 1000, 's')}, ${withUnit(whole.processorSec, 's')} of processor time`,
    )
    await rm(long)
  }
})
