import type { HostStatus } from '#surfaces/http/http-ports.ts'
import type { Core } from './compose.ts'

/** What the status page shows of this machine. */
export async function hostStatus({ ports, store }: Core): Promise<HostStatus> {
  const { tools, problem, sandbox, encoder } = ports.media.describe()
  return {
    store: await store.describe(),
    ffmpeg: { version: tools?.ffmpeg.version ?? null, problem: problem?.message ?? null },
    sandbox: sandbox.level,
    hardwareEncoder: { wanted: encoder.wanted || null, active: encoder.used === 'software' ? null : encoder.used },
    // What is merely worth knowing (an older ffmpeg behind our lists) stands in the doctor, not on every page.
    problems: [
      ...(problem ? [{ message: problem.message, fix: problem.fix ?? null }] : []),
      ...(await store.problems()),
    ],
  }
}
