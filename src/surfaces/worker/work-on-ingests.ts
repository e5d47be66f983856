import type { JobHandlers, JobQueue } from '#domain/job-queue.ts'

/** Recordings wait for their downloads most of the time: as many as may grow at once. */
const RECORDINGS_AT_ONCE = 16

/** Works on videos until the signal aborts. A recording that waits for its download keeps no file waiting. */
export async function workOnIngests(
  { 'ingest-recording': ingestRecording, ...ofFiles }: JobHandlers,
  jobs: Pick<JobQueue, 'work'>,
  { atOnce, signal }: { readonly atOnce: number; readonly signal: AbortSignal },
): Promise<void> {
  const ofRecordings = ingestRecording && { 'ingest-recording': ingestRecording }
  await Promise.all([
    jobs.work(ofFiles, { concurrency: atOnce, signal }),
    ofRecordings && jobs.work(ofRecordings, { concurrency: RECORDINGS_AT_ONCE, signal }),
  ])
}
