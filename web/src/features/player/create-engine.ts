import Hls from 'hls.js'
import type { Engine } from './engine.ts'
import { HlsEngine } from './hls-engine.ts'
import { NativeEngine } from './native-engine.ts'

/** hls.js where it works, else what the browser has; null when it has nothing. */
export function createEngine(video: HTMLVideoElement, url: string): Engine | null {
  if (Hls.isSupported()) return new HlsEngine(video, url)
  if (video.canPlayType('application/vnd.apple.mpegurl')) return new NativeEngine(video, url)
  return null
}
