import { Volume1, Volume2, VolumeX } from 'lucide-react'
import { Slider } from 'radix-ui'
import { IconButton } from '../../components/button.tsx'
import { t } from '../../strings/strings.ts'
import type { MediaState } from './media-state.ts'
import type { PlayerActions } from './player-actions.ts'

export function VolumeControl({
  media: { volume, muted },
  actions,
}: {
  readonly media: MediaState
  readonly actions: PlayerActions | null
}) {
  const isSilent = muted || volume === 0
  const Glyph = isSilent ? VolumeX : volume < 0.5 ? Volume1 : Volume2
  return (
    <div className="group/volume flex items-center max-md:hidden">
      <IconButton label={isSilent ? t.player.unmute : t.player.mute} onClick={() => actions?.toggleMute()}>
        <Glyph className="size-5" aria-hidden="true" />
      </IconButton>
      <Slider.Root
        min={0}
        max={1}
        step={0.05}
        value={[isSilent ? 0 : volume]}
        onValueChange={([value]) => value !== undefined && actions?.setVolume(value)}
        className="relative flex h-6 w-20 touch-none items-center"
      >
        <Slider.Track className="relative h-1 grow rounded-full bg-white/25">
          <Slider.Range className="absolute h-full rounded-full bg-white" />
        </Slider.Track>
        <Slider.Thumb
          aria-label={t.player.volume}
          aria-valuetext={t.common.percent(isSilent ? 0 : volume * 100)}
          className="block size-3 rounded-full bg-white"
        />
      </Slider.Root>
    </div>
  )
}
