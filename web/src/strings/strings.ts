import { dashboard, downloads } from './downloads.ts'
import { library } from './library.ts'
import { player } from './player.ts'
import { shell } from './shell.ts'
import { upload } from './upload.ts'
import { video } from './video.ts'

/** Every text of the page. Counted ones are functions, so that other languages can count their own way. */
export const t = { ...shell, dashboard, downloads, library, player, upload, video } as const
