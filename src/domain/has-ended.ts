import type { Job } from './job-queue.ts'

/** Nothing more will happen to it by itself. */
export function hasEnded({ state }: Pick<Job, 'state'>): boolean {
  return state !== 'waiting' && state !== 'running'
}
