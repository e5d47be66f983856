import { z } from 'zod'

/** Nothing that stands on a page is trusted: what is not of the expected kind counts as not said. */
const Text = z.string().nullish().catch(null)
const Figure = z.number().finite().nonnegative().nullish().catch(null)
const Named = z.record(z.string(), z.unknown()).nullish().catch(null)

const PageFormat = z.object({
  format_id: z.string(),
  url: Text,
  ext: Text,
  vcodec: Text,
  acodec: Text,
  protocol: Text,
  format_note: Text,
  language: Text,
  height: Figure,
  width: Figure,
  fps: Figure,
  tbr: Figure,
  filesize: Figure,
  filesize_approx: Figure,
  has_drm: z.unknown().optional(),
})
export type PageFormat = z.infer<typeof PageFormat>

const Video = z.object({
  _type: Text,
  title: Text,
  uploader: Text,
  channel: Text,
  duration: Figure,
  thumbnail: Text,
  thumbnails: z.array(z.unknown()).nullish().catch(null),
  live_status: Text,
  is_live: z.boolean().nullish().catch(null),
  url: Text,
  webpage_url: Text,
  ext: Text,
  vcodec: Text,
  acodec: Text,
  format_id: Text,
  filesize: Figure,
  filesize_approx: Figure,
  playlist_count: Figure,
  formats: z.array(z.unknown()).nullish().catch(null),
  subtitles: Named,
  entries: z.array(z.unknown()).nullish().catch(null),
  _has_drm: z.unknown().optional(),
})
export type PageVideo = z.infer<typeof Video>

/** What `--dump-single-json` printed; null when that is no such report. */
export function parsePageReport(text: string): PageVideo | null {
  try {
    return videoOf(JSON.parse(text))
  } catch {
    return null
  }
}

export function videoOf(value: unknown): PageVideo | null {
  return Video.safeParse(value).data ?? null
}

/** Those that can be read at all; a page with one file tells of it in its own fields. */
export function formatsOf(video: PageVideo): readonly PageFormat[] {
  const listed = (video.formats ?? []).flatMap((one) => PageFormat.safeParse(one).data ?? [])
  if (listed.length > 0 || !video.url) return listed
  const only = PageFormat.safeParse({ ...video, format_id: video.format_id ?? '0' }).data
  return only === undefined ? [] : [only]
}
