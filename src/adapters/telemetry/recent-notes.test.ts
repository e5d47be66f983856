import { expect, it } from 'vitest'
import { RecentNotes } from './recent-notes.ts'

it('keeps the newest warnings and errors with what caused them, and nothing else', () => {
  const notes = new RecentNotes(() => new Date(0))
  notes.hear({ kind: 'note', level: 'info', message: 'all is well' })
  notes.hear({ kind: 'job-removed', jobId: 'j1' as never })
  notes.hear({ kind: 'note', level: 'warn', message: 'slow', fields: { error: 'no error object' } })
  notes.hear({ kind: 'note', level: 'error', message: 'broken', fields: { error: new Error('the disk') } })
  const at = '1970-01-01T00:00:00.000Z'
  expect(notes.list()).toEqual([
    { at, level: 'warn', message: 'slow', cause: null },
    { at, level: 'error', message: 'broken', cause: 'the disk' },
  ])
  for (let number = 0; number < 150; number++) notes.hear({ kind: 'note', level: 'warn', message: `${number}` })
  expect(notes.list()).toHaveLength(100)
  expect(notes.list().at(-1)?.message).toBe('149')
})
