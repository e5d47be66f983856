import { describe, expect, it } from 'vitest'
import { diskFault } from './disk-fault.ts'

describe('diskFault', () => {
  it('says what may not be written, and how to mend it', () => {
    const refused = Object.assign(new Error('EACCES: permission denied, link'), {
      code: 'EACCES',
      path: '/a',
      dest: '/b',
    })
    expect(diskFault(refused, 'full')).toMatchObject({
      code: 'invalid-input',
      message: '/b cannot be written: whoever runs this may not write there.',
      fix: expect.stringContaining('rights'),
      cause: refused,
    })
  })

  it('leaves what it does not know as it is', () => {
    const other = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
    expect(diskFault(other, 'full')).toBe(other)
    expect(diskFault(Object.assign(new Error('x'), { code: 'ENOSPC' }), 'full')).toMatchObject({
      code: 'no-space',
      message: 'full',
    })
  })
})
