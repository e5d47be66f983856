import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inQueueOrder, movedUp } from './queue-order.ts'

const queue = fc
  .array(fc.record({ priority: fc.integer({ min: -3, max: 3 }) }), { minLength: 1, maxLength: 8 })
  .map((rows) =>
    rows.map(({ priority }, index) => ({
      jobId: `j${index}`,
      priority,
      createdAt: new Date(1e12 + index * 1000).toISOString(),
    })),
  )

it('moves one up or to the front, and leaves the order of the others', () => {
  fc.assert(
    fc.property(queue, fc.nat(7), fc.constantFrom('up' as const, 'first' as const), (rows, pick, to) => {
      const id = rows[pick % rows.length]?.jobId ?? ''
      const wanted = inQueueOrder(rows).map(({ jobId }) => jobId)
      const at = wanted.indexOf(id)
      wanted.splice(at, 1)
      wanted.splice(to === 'first' ? 0 : Math.max(0, at - 1), 0, id)
      const changes = movedUp(rows, id, to)
      const after = rows.map((row) => ({ ...row, ...changes.find(({ jobId }) => jobId === row.jobId) }))
      expect(inQueueOrder(after).map(({ jobId }) => jobId)).toEqual(wanted)
    }),
  )
})

it('does nothing where no higher priority is left', () => {
  const rows = [100, 100].map((priority, index) => ({
    jobId: `j${index}`,
    priority,
    createdAt: `2026-01-0${index + 1}`,
  }))
  expect(movedUp(rows, 'j1', 'up')).toEqual([])
})
