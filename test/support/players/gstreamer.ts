import type { Played } from './played.ts'
import { runPlayer } from './run-player.ts'

/** Video, audio, text; software volume; no visualisation (GstPlayFlags). */
const FLAGS = '0x17'

/** Its HLS reader stumbles over names in CODECS that it does not know (Opus, mp3, dts) and goes on. */
const UNKNOWN_CODEC = /gst_caps_(append|get_size): assertion/

/** Plays as fast as it can into sinks that count. */
export async function playWithGstreamer(url: string): Promise<Played> {
  const picture = 'fakesink name=picture silent=false sync=false'
  const sound = 'fakesink name=sound silent=false sync=false'
  const sinks = [`video-sink=${picture}`, `audio-sink=${sound}`, `flags=${FLAGS}`]
  const { code, stdout, stderr } = await runPlayer('gst-launch-1.0', ['-v', 'playbin3', `uri=${url}`, ...sinks], {
    // The older of the two HLS demuxers; a registry of its own would be built anew each time.
    env: { GST_PLUGIN_FEATURE_RANK: 'hlsdemux:NONE' },
  })
  const shown = [...stdout.matchAll(/:picture: last-message = chain .*?\bpts: ([\d:.]+)/g)].map(([, pts]) => pts)
  const heard = [...stdout.matchAll(/:sound: last-message = chain .*?\bpts: (\d+):(\d+):([\d.]+)/g)].at(-1)
  return {
    ended: code === 0 && stdout.includes('Got EOS'),
    errorLines: stderr.split('\n').filter((line) => /ERROR|WARN|CRITICAL/.test(line) && !UNKNOWN_CODEC.test(line)),
    ...(shown.length > 0 && { frames: new Set(shown).size }),
    ...(heard && { reachedSec: Number(heard[1]) * 3600 + Number(heard[2]) * 60 + Number(heard[3]) }),
  }
}
