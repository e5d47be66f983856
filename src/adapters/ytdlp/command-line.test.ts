import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_IDENTITY, PLAIN_CHOICE } from '#domain/download.ts'
import type { StartProxy } from './run-ytdlp.ts'
import { openPageToolLab, type PageToolLab } from './ytdlp.test-support.ts'

/** In the place of yt-dlp: writes down how it was called, to where it may write. */
const SCRIBE = `#!/bin/sh
case "$*" in *--version) echo 2026.08.20; exit;; esac
printf '%s\\n' "$@" > "$TMPDIR/../called"
/bin/cp -p "$TMPDIR/options.conf" "$TMPDIR/../options"
/usr/bin/env > "$TMPDIR/../env"
echo '{"title":"x"}'
`
let folder: string
let lab: PageToolLab
const started: Parameters<StartProxy>[0][] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telereel-scribe-'))
  await writeFile(join(folder, 'yt-dlp'), SCRIBE)
  await chmod(join(folder, 'yt-dlp'), 0o755)
  lab = await openPageToolLab({
    ytdlpPath: join(folder, 'yt-dlp'),
    // No bwrap in this folder: the stand-in may write beside its own folder.
    searchPath: folder,
    async startProxy(options) {
      started.push(options)
      return { url: 'http://job:credential@127.0.0.1:9', async [Symbol.asyncDispose]() {} }
    },
  })
})
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const called = async () => (await readFile(join(lab.workDir, 'called'), 'utf8')).trimEnd().split('\n')

describe('the command line of yt-dlp', () => {
  it('is our template, with the canonical address behind its options', async () => {
    await lab.tool.look('HTTP://Example.COM:80/a b?--exec=id', lab.look())
    const args = await called()
    expect(args.slice(-2)).toEqual(['--', 'http://example.com/a%20b?--exec=id'])
    expect(args.join(' ')).toMatch(
      /^--ignore-config --config-locations \S+\/options\.conf --no-plugin-dirs --no-cache-dir --no-playlist --no-exec --no-js-runtimes --no-remote-components /,
    )
    expect(args.join(' ')).toContain('--downloader native --downloader m3u8:native --ffmpeg-location')
    expect(args.join(' ')).toContain('--socket-timeout 20 --retries 3')
  })

  it('does not hold the password of the proxy, which stands in a file that only we can read', async () => {
    await lab.tool.look('https://example.com/', lab.look())
    expect((await called()).join(' ')).not.toContain('credential')
    const copy = join(lab.workDir, 'options')
    expect(await readFile(copy, 'utf8')).toBe("--proxy 'http://job:credential@127.0.0.1:9/'\n")
    expect((await stat(copy)).mode & 0o777).toBe(0o600)
  })

  it('of a download bounds it and asks for fragments at once', async () => {
    await lab.tool.download('https://example.com/', lab.download({ maxBytes: 12_345 })).catch(() => {})
    const words = (await called()).join(' ')
    expect(words).toContain('--max-filesize 12345 --concurrent-fragments 4 --http-chunk-size 10M')
    expect(words).toContain('--abort-on-unavailable-fragments --no-mtime --restrict-filenames')
    expect(words).toMatch(/ -P \S+\/job -o src\.%\(ext\)s -- https:\/\/example\.com\/$/)
  })

  it('takes no word of a person for an option', async () => {
    const headers = { referer: '--exec', 'User-Agent': '-U\n--update', Cookie: 'a=b' }
    const choice = { ...PLAIN_CHOICE, formatId: '18', audioLanguages: ['--exec'], subtitleLanguages: ['--exec'] }
    const wish = lab.download({ choice, identity: { ...NO_IDENTITY, headers } })
    await lab.tool.download('https://example.com/', wish).catch(() => {})
    const args = await called()
    expect(args).toContain('--referer=--exec')
    expect(args).toContain('--user-agent=-U --update')
    for (const word of ['--exec', '-U', '--update', 'a=b']) expect(args).not.toContain(word)
    const formatId = { ...PLAIN_CHOICE, formatId: '--exec' }
    await expect(lab.tool.download('https://e.com/', lab.download({ choice: formatId }))).rejects.toMatchObject({
      code: 'invalid-input',
    })
  })

  it('comes with an environment of its own: an empty home, no programs', async () => {
    await lab.tool.look('https://example.com/', lab.look())
    const env = Object.fromEntries(
      (await readFile(join(lab.workDir, 'env'), 'utf8')).split('\n').map((line) => line.split('=', 2)),
    )
    expect(
      Object.keys(env).filter(
        (name) => !/^(HOME|PATH|XDG_\w+|APPDATA|TMP|TEMP|TMPDIR|LC_ALL|PYTHONUTF8|PWD|OLDPWD|SHLVL|_|)$/.test(name),
      ),
    ).toEqual([])
    expect(env.HOME).toMatch(/\/ytdlp-\w+\/empty$/)
    expect(env.PATH).toBe(env.HOME)
    expect((await readdir(lab.workDir)).toSorted()).toEqual(['called', 'env', 'options'])
  })
})

describe('a proxy of the user', () => {
  it('is what ours goes on through; the tool never sees it', async () => {
    const identity = { ...NO_IDENTITY, proxy: 'http://me:mine@proxy.example:8080' }
    await lab.tool.look('https://example.com/', lab.look({ identity }))
    expect(started.at(-1)).toMatchObject({ proxy: 'http://me:mine@proxy.example:8080', maxBytes: expect.any(Number) })
    expect((await called()).join(' ')).not.toContain('proxy.example')
  })
})
