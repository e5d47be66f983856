import { chmod, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { MediaRefusedError } from '#domain/errors.ts'
import { codecWhitelist, parseDecoders, wideCodecWhitelist } from './allowed-decoders.ts'
import { findFfmpegTools } from './ffmpeg-tools.ts'
import { ffmpeg, picture, testFolder } from './media.test-support.ts'
import { probeMedia } from './probe-media.ts'

const folder = await testFolder()
afterAll(() => folder[Symbol.asyncDispose]())
const here = await findFfmpegTools({})

/** The program of this machine under another version. */
async function tools(version: string) {
  const paths = ['ffmpeg', 'ffprobe'].map(async (name) => {
    const path = folder.file(`${name}-${version}`)
    await writeFile(
      path,
      `#!/bin/sh\n[ "$*" = "-version" ] && echo "${name} version ${version}" && exit 0\nexec /usr/bin/${name} "$@"\n`,
    )
    await chmod(path, 0o755)
    return path
  })
  const [ffmpegPath, ffprobePath] = await Promise.all(paths)
  return findFfmpegTools({ ffmpegPath, ffprobePath })
}

describe.runIf(here.sandbox.level === 'full')('a codec that is not on the list', () => {
  it('is opened behind a full sandbox by a patched build', async () => {
    const path = folder.file('magic.avi')
    await ffmpeg(...picture({ seconds: 1 }), '-c:v', 'magicyuv', path)
    const { info, file } = await probeMedia(await tools('8.1.2'), path)
    expect(info.streams.map(({ codec }) => codec)).toEqual(['magicyuv'])
    expect(file.codecs.split(',')).toContain('magicyuv')
    await expect(probeMedia(await tools('8.1.1'), path)).rejects.toBeInstanceOf(MediaRefusedError)
  })
})

describe('the list of decoders', () => {
  const decoders = parseDecoders(
    [
      'Decoders:',
      ' V..... = Video',
      ' ------',
      ' V....D magicyuv             MagicYUV video',
      ' VFS..D h264                 H.264',
      ' V..... h264_cuvid           Nvidia CUVID H264 decoder (codec h264)',
      ' A....D mp3float             MP3 (codec mp3)',
      ' S..... subrip               SubRip subtitle',
      '',
    ].join('\n'),
  )

  it('names what both we and the build know', () => {
    expect(codecWhitelist(decoders)).toBe('h264,mp3float,subrip')
  })

  it('in its wide form leaves out hardware only', () => {
    expect(wideCodecWhitelist(decoders)).toBe('magicyuv,h264,mp3float,subrip')
  })
})
