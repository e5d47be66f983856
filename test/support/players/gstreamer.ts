import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Played } from './played.ts'
import { runPlayer } from './run-player.ts'

/** Video, audio, text; software volume; no visualisation (GstPlayFlags). */
const FLAGS = '0x17'

/** Its HLS reader stumbles over names in CODECS that it does not know (Opus, mp3, dts) and goes on. */
const UNKNOWN_CODEC = /gst_caps_(append|get_size): assertion/

/** Bytes of a picture that is made so small only to be counted. */
const COUNTED_BYTES = 256
const COUNTED = 'videoconvert ! videoscale ! video/x-raw,format=GRAY8,width=16,height=16'

/** Plays as fast as it can; every picture and sound goes into a file, so that they can be counted. */
export async function playWithGstreamer(url: string): Promise<Played> {
  const first = await playOnce(url)
  return first.errorLines.some((line) => GAVE_UP.test(line)) ? playOnce(url) : first
}

/** Its HLS reader (1.22) gives up a download now and then on a busy machine; what is wrong stays wrong the second time. */
const GAVE_UP = /Couldn't download fragments/

async function playOnce(url: string): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'telereel-gstreamer-'))
  const [pictures, sounds] = [join(folder, 'pictures'), join(folder, 'sounds')]
  const sinks = [
    `video-sink=${COUNTED} ! filesink location=${pictures}`,
    `audio-sink=audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=8000,channels=1 ! filesink location=${sounds}`,
    `flags=${FLAGS}`,
  ]
  try {
    const { code, stdout, stderr } = await runPlayer('gst-launch-1.0', ['playbin3', `uri=${url}`, ...sinks], {
      // The older of the two HLS demuxers.
      env: { GST_PLUGIN_FEATURE_RANK: 'hlsdemux:NONE', HOME: folder },
    })
    const frames = (await bytesIn(pictures)) / COUNTED_BYTES
    return {
      ended: code === 0 && stdout.includes('Got EOS'),
      errorLines: stderr.split('\n').filter((line) => /ERROR|WARN|CRITICAL/.test(line) && !UNKNOWN_CODEC.test(line)),
      ...(frames > 0 && { frames }),
      soundSec: (await bytesIn(sounds)) / 16_000,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bytesIn(path: string): Promise<number> {
  return (await stat(path).catch(() => ({ size: 0 }))).size
}
