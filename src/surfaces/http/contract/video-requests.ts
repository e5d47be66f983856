import { z } from 'zod'
import { ShownState } from './video.ts'

/** A line of text a person typed: no control characters, no direction overrides. */
const Title = z
  .string()
  .trim()
  .min(1)
  .max(300)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it refuses.
  .regex(/^[^\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$/, 'must not hold control characters')

/** BCP 47, loosely: what RFC 5646 can look like. */
const Language = z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}$/)

/** Query of GET /api/videos. */
export const VideoListQuery = z.object({
  text: z.string().max(200).optional(),
  state: ShownState.optional(),
  sort: z.enum(['created', 'title', 'duration', 'size']).default('created'),
  /** Newest, longest, largest first; titles from A on. */
  order: z.enum(['asc', 'desc']).optional(),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type VideoListQuery = z.input<typeof VideoListQuery>

/** Body of PATCH /api/videos/{id}. */
export const VideoChange = z.object({ title: Title })
export type VideoChange = z.infer<typeof VideoChange>

const Flag = z.enum(['0', '1']).transform((value) => value === '1')

/**
 * Query of POST /api/videos/{id}/subtitles; the body is the file itself, byte for byte, at most 10 MiB, as
 * `application/octet-stream`: a type that no form on a foreign page can send.
 * The language is guessed from the name (`film.de.srt`) when it is not given.
 */
export const SubtitleUploadQuery = z.object({
  /** The file's name: its ending says the format (.srt .vtt .ass .ssa). */
  name: z.string().min(1).max(255),
  language: Language.optional(),
  title: Title.optional(),
  default: Flag.optional(),
  forced: Flag.optional(),
  hearingImpaired: Flag.optional(),
})
export type SubtitleUploadQuery = z.input<typeof SubtitleUploadQuery>

/** Answer where a video begins: POST /api/videos/demo, POST /api/local/ingest, POST /api/videos/{id}/retry. */
export const VideoStarted = z.object({ videoId: z.string() })
export type VideoStarted = z.infer<typeof VideoStarted>

/** Answer of POST /api/videos/{id}/subtitles: the name of the new track. */
export const SubtitleAdded = z.object({ trackName: z.string() })
export type SubtitleAdded = z.infer<typeof SubtitleAdded>

/** Body of POST /api/local/ingest: a file on the server's own machine, for the command line. */
export const LocalIngest = z.object({ path: z.string().min(1).max(4096), title: Title.optional() })
export type LocalIngest = z.infer<typeof LocalIngest>
