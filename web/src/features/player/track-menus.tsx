import { AudioLines, Captions, CaptionsOff } from 'lucide-react'
import { IconButton } from '../../components/button.tsx'
import { Menu, MenuChoices, MenuLabel, MenuLine } from '../../components/menu.tsx'
import { canPlay } from '../../lib/can-play.ts'
import { codecName } from '../../lib/format.ts'
import { trackLabel } from '../../lib/track-label.ts'
import { t } from '../../strings/strings.ts'
import type { EngineState } from './engine.ts'
import { CUE_SIZES, type CueSize } from './player-memory.ts'
import type { TrackChoice } from './use-track-choice.ts'

interface TrackMenuProps {
  readonly state: EngineState
  readonly tracks: TrackChoice
  readonly container: HTMLElement | null
  readonly onOpenChange: (open: boolean) => void
}

/** All voices; those that this browser cannot play say so. */
export function AudioMenu({ state, tracks, container, onOpenChange }: TrackMenuProps) {
  if (tracks.voices.length === 0) return null
  const choices = tracks.voices.map((voice) => {
    const isHere =
      canPlay(voice) && (state.audios === null || state.audios.length === 0 || state.audios.includes(voice.name))
    const facts = [codecName(voice.codec), voice.channels === null ? '' : t.video.tracks.channels(voice.channels)]
    return {
      value: voice.name,
      label: trackLabel(voice),
      note: isHere ? facts.filter(Boolean).join(' · ') : t.player.cannotPlay(codecName(voice.codec)),
      disabled: !isHere,
    }
  })
  return (
    <Menu
      container={container}
      side="top"
      label={t.player.audio}
      onOpenChange={onOpenChange}
      trigger={
        <IconButton label={t.player.audio}>
          <AudioLines className="size-5" aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuLabel>{t.player.audio}</MenuLabel>
      <MenuChoices value={state.audio ?? choices[0]?.value ?? ''} choices={choices} onChoose={tracks.chooseVoice} />
    </Menu>
  )
}

const OFF = 'off'

/** Off or one of the tracks, and how large. */
export function SubtitleMenu({
  state,
  tracks,
  container,
  onOpenChange,
  size,
  onSize,
}: TrackMenuProps & { readonly size: CueSize; readonly onSize: (size: CueSize) => void }) {
  if (tracks.texts.length === 0) return null
  const Glyph = state.subtitle === null ? CaptionsOff : Captions
  const choices = tracks.texts.map((text) => ({
    value: text.name,
    label: trackLabel(text),
    note: [text.forced && t.player.forced, text.hearingImpaired && t.player.hearingImpaired]
      .filter(Boolean)
      .join(' · '),
    disabled: !state.subtitles.includes(text.name),
  }))
  return (
    <Menu
      container={container}
      side="top"
      label={t.player.subtitles}
      onOpenChange={onOpenChange}
      trigger={
        <IconButton label={t.player.subtitles} className={state.subtitle === null ? '' : 'text-accent-ink'}>
          <Glyph className="size-5" aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuLabel>{t.player.subtitles}</MenuLabel>
      <MenuChoices
        value={state.subtitle ?? OFF}
        choices={[{ value: OFF, label: t.player.off }, ...choices]}
        onChoose={(value) => tracks.chooseText(value === OFF ? null : value)}
      />
      <MenuLine />
      <MenuLabel>{t.player.subtitleSize}</MenuLabel>
      <MenuChoices
        value={size}
        choices={CUE_SIZES.map((value) => ({ value, label: t.player.sizes[value] }))}
        onChoose={(value) => onSize(value as CueSize)}
      />
    </Menu>
  )
}
