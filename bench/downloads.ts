/**
 * Downloads beside what the network allows, and beside yt-dlp, ffmpeg, streamlink and aria2 where they are installed.
 * `node bench/downloads.ts [speed|unlimited|pipeline|peers …]`
 */
import { bench } from './support/bench.ts'
import { measureDownloadPipeline } from './support/measure-download-pipeline.ts'
import { measureDownloadSpeed, measurePeers, measureUnlimited } from './support/measure-download-speed.ts'

const PARTS = {
  speed: measureDownloadSpeed,
  unlimited: measureUnlimited,
  pipeline: measureDownloadPipeline,
  peers: measurePeers,
}

const wanted = process.argv.slice(2)

await bench('Downloads', async (measuring) => {
  for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(name)) await measure(measuring)
  }
})
