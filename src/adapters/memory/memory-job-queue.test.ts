import { testJobQueue } from '#test/contracts/job-queue.ts'
import { MemoryJobQueue } from './memory-job-queue.ts'

testJobQueue('Memory', async (world) => ({ jobs: new MemoryJobQueue(world), async [Symbol.asyncDispose]() {} }))
