import { isTyping } from '../../lib/is-typing.ts'
import { t } from '../../strings/strings.ts'
import type { PlayerActions } from './player-actions.ts'

export interface KeyContext {
  readonly actions: PlayerActions
  readonly frameRate: number | null
  readonly chapterStarts: readonly number[]
  toggleSubtitles(): void
  openKeySheet(): void
  /** Shows what a key did. */
  hint(text: string): void
}

type Deed = (context: KeyContext) => void

const DEEDS: Readonly<Record<string, Deed>> = {
  ' ': ({ actions }) => actions.toggle(),
  k: ({ actions }) => actions.toggle(),
  j: ({ actions }) => actions.skip(-10),
  l: ({ actions }) => actions.skip(10),
  ArrowLeft: ({ actions }) => actions.skip(-5),
  ArrowRight: ({ actions }) => actions.skip(5),
  ArrowUp: ({ actions, hint }) => hint(t.player.hint.volume(Math.round(actions.changeVolume(0.05) * 100))),
  ArrowDown: ({ actions, hint }) => hint(t.player.hint.volume(Math.round(actions.changeVolume(-0.05) * 100))),
  m: ({ actions, hint }) => hint(actions.toggleMute() ? t.player.hint.muted : t.player.unmute),
  f: ({ actions }) => void actions.toggleFullscreen().catch(() => undefined),
  p: ({ actions }) => void actions.togglePip().catch(() => undefined),
  c: ({ toggleSubtitles }) => toggleSubtitles(),
  ',': ({ actions, frameRate }) => actions.step(-1, frameRate),
  '.': ({ actions, frameRate }) => actions.step(1, frameRate),
  '<': ({ actions, hint }) => hint(t.player.hint.faster(actions.changeRate(-0.25))),
  '>': ({ actions, hint }) => hint(t.player.hint.faster(actions.changeRate(0.25))),
  Home: ({ actions }) => actions.seek(0),
  End: ({ actions }) => actions.seekShare(1),
  PageUp: ({ actions, chapterStarts }) => actions.toChapter(-1, chapterStarts),
  PageDown: ({ actions, chapterStarts }) => actions.toChapter(1, chapterStarts),
  '?': ({ openKeySheet }) => openKeySheet(),
}

/** Keys that lists, tabs and sliders use themselves while they have the focus. */
const OF_WIDGETS = '[role="slider"],[role="tab"],[role="radio"]'
/** Keys that press what has the focus. */
const OF_BUTTONS = 'button,a,[role="button"],summary'
const MOVES = /^(Arrow|Home|End|Page)/

/** Does what the key means to the player. True when it meant something. */
export function handlePlayerKey(event: KeyboardEvent, context: KeyContext): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isOfWidget(event)) return false
  const deed = deedOf(event.key)
  deed?.(context)
  return deed !== undefined
}

function deedOf(key: string): Deed | undefined {
  if (/^[0-9]$/.test(key)) return ({ actions }) => actions.seekShare(Number(key) / 10)
  return DEEDS[key] ?? DEEDS[key.toLowerCase()]
}

function isOfWidget({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false
  if (MOVES.test(key)) return target.closest(OF_WIDGETS) !== null
  return key === ' ' && target.closest(OF_BUTTONS) !== null
}
