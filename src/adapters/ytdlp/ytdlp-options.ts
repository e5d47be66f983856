export interface CommonOptions {
  /** Holds what `secretOptions` gives. */
  readonly configPath: string
  /** Given to it as the place of ffmpeg: it holds none. */
  readonly emptyFolder: string
  /** A copy of the cookies; yt-dlp writes to it. */
  readonly cookiesPath: string | null
  /** Not secret; sent to every host of the page. */
  readonly referer: string | null
  readonly userAgent: string | null
}

/**
 * What every run begins with. Nothing here comes from a user but the values of `--referer` and `--user-agent`, each as one
 * argument with its option. No settings files but ours, no plugins, no programs started (ffmpeg would open what pages say by its own
 * sockets and decoders), no JavaScript, no address but through the proxy.
 */
export function commonOptions(options: CommonOptions): readonly string[] {
  return [
    ...[
      '--ignore-config',
      '--config-locations',
      options.configPath,
      '--no-plugin-dirs',
      '--no-cache-dir',
      '--no-playlist',
      '--no-exec',
      '--no-js-runtimes',
    ],
    ...['--no-remote-components', '--no-update', '--color', 'never'],
    ...[
      '--downloader',
      'native',
      '--downloader',
      'm3u8:native',
      '--ffmpeg-location',
      options.emptyFolder,
      '--fixup',
      'never',
    ],
    ...['--socket-timeout', '20', '--retries', '3', '--extractor-retries', '2'],
    ...(options.cookiesPath === null ? [] : ['--cookies', options.cookiesPath]),
    ...(options.referer === null ? [] : [`--referer=${options.referer}`]),
    ...(options.userAgent === null ? [] : [`--user-agent=${options.userAgent}`]),
  ]
}

/** Entries of a list that are looked at; longer lists are told to be longer. */
export const MAX_ENTRIES = 1000

export const LOOK_OPTIONS: readonly string[] = [
  '--dump-single-json',
  '--flat-playlist',
  '--playlist-items',
  `:${MAX_ENTRIES}`,
]

export interface DownloadOptions {
  readonly folder: string
  readonly maxBytes: number
  /** In front of the lines that are for us; nobody else can know it. */
  readonly prefix: string
  readonly formats: readonly string[]
  readonly subtitles: readonly string[]
}

/**
 * A missing fragment is an error (yt-dlp leaves it out by default, without a word in its exit code). Of a page with several
 * videos the first is taken: the others have addresses of their own.
 */
export function downloadOptions({ folder, maxBytes, prefix, formats, subtitles }: DownloadOptions): readonly string[] {
  return [
    ...['--no-simulate', '--no-quiet', '--progress', '--newline', '--progress-delta', '0.3'],
    ...['--max-filesize', String(maxBytes), '--concurrent-fragments', '4', '--http-chunk-size', '10M'],
    ...['--fragment-retries', '5', '--abort-on-unavailable-fragments', '--no-mtime', '--restrict-filenames'],
    ...[
      '--progress-template',
      `download:${prefix}P%(progress.{filename,downloaded_bytes,total_bytes,total_bytes_estimate,speed,eta})j`,
    ],
    ...['--print', `before_dl:${prefix}B%(.{title,filesize,filesize_approx})j`],
    ...['--print', `after_move:${prefix}T%(title)j`],
    ...['--print', `after_move:${prefix}F%(filepath)j`],
    ...['--print', `after_move:${prefix}R%(requested_formats.:.{filepath,vcodec,acodec})j`],
    ...['--print', `after_move:${prefix}S%(requested_subtitles.:.{filepath,name})j`],
    // Among the pages that it keeps are playlists: one that has no end is told by nothing else.
    '--write-pages',
    ...['--playlist-items', '1', ...formats, ...subtitles, '-P', folder, '-o', 'src.%(ext)s'],
  ]
}

/**
 * The text of a settings file: every user of the machine can read the command lines of others, and the address of the proxy
 * holds the password of this run.
 */
export function secretOptions(proxyUrl: string): string {
  const { href } = new URL(proxyUrl)
  // It is read as a shell would: no byte of an address may end its quotes.
  return `--proxy '${href.replaceAll("'", '%27')}'\n`
}
