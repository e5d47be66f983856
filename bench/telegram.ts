/**
 * Telegram as the store, beside what its limits allow: uploads, cold and warm reads, watching, a crowd.
 * `node bench/telegram.ts [uploads|cold|warm|watching|crowd …]`
 */
import { bench } from './support/bench.ts'
import { measureCold } from './support/measure-cold.ts'
import { measureCrowd } from './support/measure-crowd.ts'
import { measureUploads } from './support/measure-uploads.ts'
import { measureWarm } from './support/measure-warm.ts'
import { measureWatching } from './support/measure-watching.ts'

const PARTS = {
  uploads: measureUploads,
  cold: measureCold,
  warm: measureWarm,
  watching: measureWatching,
  crowd: measureCrowd,
}

const wanted = process.argv.slice(2)

await bench('Telegram', async (measuring) => {
  for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(name)) await measure(measuring)
  }
})
