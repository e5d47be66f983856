import { HOSTILE_ADDRESSES } from './hostile/addresses.ts'
import { HOSTILE_NUMBERS } from './hostile/numbers.ts'
import { HOSTILE_SIZES } from './hostile/sizes.ts'
import { HOSTILE_TEXTS } from './hostile/texts.ts'
import type { HostilePlaylist } from './hostile/hostile-playlist.ts'

/**
 * Made by hand; each is one text. Where segments are needed they are called `good.ts` and `good-2.ts`, beside the playlist; the
 * texts are made when they are asked for, some have 8 MiB.
 */
export const HOSTILE_PLAYLISTS: readonly HostilePlaylist[] = [
  ...HOSTILE_TEXTS,
  ...HOSTILE_SIZES,
  ...HOSTILE_NUMBERS,
  ...HOSTILE_ADDRESSES,
]
