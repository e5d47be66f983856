import type { MatroskaFile } from '#lib/containers/matroska/matroska-file.ts'
import type { RandomAccess } from '#lib/containers/random-access.ts'
import type { ContainerTrack } from '#lib/containers/sample.ts'

/** Until Matroska tracks can be described as sample entries, ffmpeg has to read them. */
export async function matroskaTrackOf(
  _file: RandomAccess,
  _mkv: MatroskaFile,
  _id: number,
): Promise<ContainerTrack | null> {
  return null
}
