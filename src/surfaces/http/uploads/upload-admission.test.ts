import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertRoomFor, headroomBytes, type UploadRoom } from './upload-admission.ts'

const GB = 1e9
const room: UploadRoom = {
  maxUploadBytes: 50 * GB,
  maxOpenUploads: 10,
  openUploads: 0,
  freeBytes: 100 * GB,
  totalBytes: 1000 * GB,
  reservedBytes: 0,
}

describe('assertRoomFor', () => {
  it('keeps a tenth free, on large disks 20 GB', () => {
    expect(headroomBytes(10 * GB)).toBe(GB)
    expect(headroomBytes(1000 * GB)).toBe(20 * GB)
  })

  it('counts what was promised to others, and says how much is missing', () => {
    expect(() => assertRoomFor(50 * GB, { ...room, reservedBytes: 30 * GB })).not.toThrow()
    try {
      assertRoomFor(50 * GB, { ...room, reservedBytes: 42 * GB })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        code: 'no-space',
        message: 'Not enough space: 38.0 GB free, 50.0 GB needed.',
        fix: 'Free 12.0 GB on the disk of the data folder.',
      })
    }
  })

  it('refuses what is larger than the limit, and more uploads than are sane', () => {
    expect(() => assertRoomFor(50 * GB + 1, room)).toThrow(expect.objectContaining({ code: 'too-large' }))
    expect(() => assertRoomFor(1, { ...room, openUploads: 10 })).toThrow(
      expect.objectContaining({ code: 'uploads-full' }),
    )
  })

  it('never admits what would eat the headroom', () => {
    const bytes = fc.integer({ min: 0, max: 100 * GB })
    fc.assert(
      fc.property(bytes, bytes, bytes, bytes, (byteLength, freeBytes, totalBytes, reservedBytes) => {
        try {
          assertRoomFor(byteLength, { ...room, freeBytes, totalBytes, reservedBytes })
        } catch {
          return
        }
        expect(freeBytes - reservedBytes - byteLength).toBeGreaterThanOrEqual(headroomBytes(totalBytes))
      }),
    )
  })
})
