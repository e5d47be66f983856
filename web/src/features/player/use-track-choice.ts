import { useEffect, useRef } from 'react'
import type { SubtitleInfo, TrackInfo, VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { canPlay } from '../../lib/can-play.ts'
import { chooseAudio, chooseSubtitle } from './choose-tracks.ts'
import type { Engine, EngineState } from './engine.ts'
import { readTaste, rememberTaste } from './player-memory.ts'

/** The voices and subtitles of a video; takes those that people like as soon as the engine knows them. */
export function useTrackChoice(video: VideoDetails, engine: Engine | null, state: EngineState) {
  const voices = video.tracks.filter(({ kind }) => kind === 'audio')
  const texts = video.subtitles.filter(({ form }) => form === 'text')
  useFirstChoice(engine, state, voices, texts)

  const chooseVoice = (name: string) => {
    const voice = voices.find((each) => each.name === name)
    engine?.chooseAudio(name)
    if (voice && voice.language !== 'und') rememberTaste({ audioLanguage: voice.language })
  }
  const lastText = useRef<string | null>(null)
  const chooseText = (name: string | null) => {
    const text = texts.find((each) => each.name === name)
    if (name === null) lastText.current = state.subtitle
    engine?.chooseSubtitle(name)
    rememberTaste({ subtitles: name === null ? 'off' : (text?.language ?? null) })
  }
  /** Back to the one that was on before, else the one that people would get, else the first. */
  const toggleText = () => {
    if (state.subtitle !== null) chooseText(null)
    else
      chooseText(
        lastText.current ?? chooseSubtitle(texts, readTaste().audioLanguage, null)?.name ?? texts[0]?.name ?? null,
      )
  }
  return { voices, texts, chooseVoice, chooseText, toggleText }
}

export type TrackChoice = ReturnType<typeof useTrackChoice>

function useFirstChoice(
  engine: Engine | null,
  state: EngineState,
  voices: readonly TrackInfo[],
  texts: readonly SubtitleInfo[],
): void {
  const chosenFor = useRef<{ engine: Engine | null; voice: boolean; text: boolean }>({
    engine: null,
    voice: false,
    text: false,
  })
  useEffect(() => {
    if (!engine) return
    if (chosenFor.current.engine !== engine) chosenFor.current = { engine, voice: false, text: false }
    const chosen = chosenFor.current
    const taste = readTaste()
    const playable = voices.filter((voice) => canPlay(voice) && state.audios?.includes(voice.name))
    const voice = chooseAudio(playable, taste.audioLanguage)
    if (!chosen.voice && voice) {
      chosen.voice = true
      engine.chooseAudio(voice.name)
    }
    if (!chosen.text && state.subtitles.length > 0) {
      chosen.text = true
      const known = texts.filter(({ name }) => state.subtitles.includes(name))
      engine.chooseSubtitle(chooseSubtitle(known, taste.subtitles, voice?.language ?? null)?.name ?? null)
    }
  }, [engine, state, voices, texts])
}
