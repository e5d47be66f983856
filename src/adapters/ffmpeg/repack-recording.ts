import { ToolFailedError } from '#domain/errors.ts'
import type { RecordingContext } from './recording-context.ts'

export interface RepackJob {
  readonly container: 'mp4' | 'mkv'
  readonly path: string
  readonly folder: string
  readonly signal: AbortSignal
}

export async function repackRecording(
  _context: RecordingContext,
  _job: RepackJob,
): Promise<{ readonly notes: readonly string[] }> {
  throw new ToolFailedError('Not yet.')
}
