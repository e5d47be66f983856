import { AudioLines, Captions, Film } from 'lucide-react'
import type { TrackInfo, VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Chip } from '../../components/chip.tsx'
import { canPlay } from '../../lib/can-play.ts'
import { codecName, formatBitRate } from '../../lib/format.ts'
import { trackLabel } from '../../lib/track-label.ts'
import { t } from '../../strings/strings.ts'

const GLYPHS = { video: Film, audio: AudioLines, subtitles: Captions }

/** Every track: what it is, whether it was copied or encoded and why, and whether this browser can play it. */
export function TrackSection({ video }: { readonly video: VideoDetails }) {
  if (video.tracks.length === 0) return <p className="text-sm text-muted">{t.video.tracks.none}</p>
  return (
    <ul className="grid gap-2">
      {video.tracks.map((track) => (
        <TrackRow key={track.name} track={track} />
      ))}
    </ul>
  )
}

function TrackRow({ track }: { readonly track: TrackInfo }) {
  const words = t.video.tracks
  const Glyph = GLYPHS[track.kind]
  const isCopied = track.action === 'copy'
  return (
    <li className="flex gap-x-3 gap-y-2 rounded-xl border border-line bg-panel p-3.5 max-md:flex-wrap">
      <Glyph className="mt-0.5 size-5 shrink-0 text-muted" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <h2 className="text-sm font-medium" dir="auto">
          {track.kind === 'video' ? words.video : `${words[track.kind]}: ${trackLabel(track)}`}
        </h2>
        <p className="tabular text-sm text-muted">{factsOf(track).join(' · ')}</p>
        <p className="mt-1 text-sm text-muted">
          <span className="font-medium text-ink">{isCopied ? words.copied : words.encoded}</span>{' '}
          {track.reason || (isCopied ? words.copiedHint : '')}
        </p>
      </div>
      <div className="flex flex-wrap content-start gap-1 empty:hidden max-md:basis-full max-md:pl-8 md:max-w-40 md:justify-end">
        {canPlay(track) ? null : <Chip tone="warn">{words.cannot(codecName(track.codec))}</Chip>}
        {track.isDefault && track.kind !== 'video' ? <Chip tone="accent">{words.default}</Chip> : null}
        {track.forced ? <Chip>{words.forced}</Chip> : null}
        {track.hearingImpaired ? <Chip>{words.hearingImpaired}</Chip> : null}
      </div>
    </li>
  )
}

function factsOf({
  codec,
  width,
  height,
  frameRate,
  videoRange,
  channels,
  sampleRate,
  averageBandwidth,
}: TrackInfo): string[] {
  const facts = [
    codecName(codec),
    width !== null && height !== null && `${width} × ${height}`,
    frameRate !== null && `${Number(frameRate.toFixed(3))} fps`,
    videoRange !== null && videoRange,
    channels !== null && t.video.tracks.channels(channels),
    sampleRate !== null && `${sampleRate / 1000} kHz`,
    averageBandwidth > 0 && formatBitRate(averageBandwidth),
  ]
  return facts.filter((fact) => typeof fact === 'string')
}
