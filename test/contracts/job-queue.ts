import type { CreateJobQueue } from './create-job-queue.ts'
import { testAddingJobs } from './job-queue-adding.ts'
import { testJobsAgain } from './job-queue-again.ts'
import { testJobsAndTheClock } from './job-queue-clock.ts'
import { testJobEndings } from './job-queue-endings.ts'
import { testJobFailures } from './job-queue-failures.ts'
import { testJobWishes } from './job-queue-wishes.ts'
import { testWorking } from './job-queue-working.ts'

/** What every job queue must do. Each adapter's test file calls this with its own queue. */
export function testJobQueue(name: string, create: CreateJobQueue): void {
  testAddingJobs(name, create)
  testWorking(name, create)
  testJobFailures(name, create)
  testJobEndings(name, create)
  testJobWishes(name, create)
  testJobsAgain(name, create)
  testJobsAndTheClock(name, create)
}
