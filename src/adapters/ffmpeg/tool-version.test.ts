import { describe, expect, it } from 'vitest'
import { isAtLeast, parseToolVersion } from './tool-version.ts'

const line = (version: string) =>
  `ffmpeg version ${version} Copyright (c) 2000-2026 the FFmpeg developers\nbuilt with gcc`

describe('parseToolVersion', () => {
  it.each([
    ['5.1.9-0+deb12u1', [5, 1, 9], false],
    ['5.1.10-0+deb12u1', [5, 1, 10], true],
    ['4.4.2-0ubuntu0.22.04.1', [4, 4, 2], false],
    ['6.0', [6, 0, 0], false],
    ['6.1.6', [6, 1, 6], true],
    ['7.1.4', [7, 1, 4], false],
    ['n7.1.5', [7, 1, 5], true],
    ['8.1.2-full_build-www.gyan.dev', [8, 1, 2], true],
    ['8.0', [8, 0, 0], false],
    ['8.2', [8, 2, 0], true],
    ['9.0.1', [9, 0, 1], true],
    ['N-118000-gabcdef1234', null, false],
    ['2026-01-05-git-2892815c45', null, false],
  ])('knows whether %s has the fix of CVE-2026-8461', (text, release, isPatched) => {
    expect(parseToolVersion(line(text))).toEqual({ text, release, isPatched })
  })

  it('does not take another program for ffmpeg', () => {
    expect(parseToolVersion('GNU bash, version 5.2.15')).toBeNull()
  })
})

describe('isAtLeast', () => {
  it.each([
    ['5.1.9', 5, 1, true],
    ['5.0', 5, 1, false],
    ['6.0', 5, 1, true],
    ['4.4', 5, 1, false],
    ['N-118000-gabcdef', 8, 0, true],
  ])('compares %s with %d.%d', (text, major, minor, expected) => {
    const version = parseToolVersion(line(text))
    expect(version && isAtLeast(version, major, minor)).toBe(expected)
  })
})
