import { spawnSync } from 'node:child_process'
import { type MeasuredRun, measuredRun } from './measured-run.ts'

/** Another tool that downloads an HLS stream, as somebody would call it. */
export interface Peer {
  readonly name: string
  readonly command: string
  /** Connections that it uses at once, as measured or as told; what its limit is made of. */
  readonly connections: number
  /** False: it writes the packets anew, so its bytes are others. */
  readonly keepsBytes: boolean
  /** No tool for streams: what this machine can do at best. */
  readonly isBound?: boolean
  readonly args: (download: PeerDownload) => readonly string[]
}

export interface PeerDownload {
  readonly url: string
  readonly output: string
  readonly folder: string
  readonly segments: number
}

const YTDLP = ['--ignore-config', '--quiet', '--no-progress', '--fixup', 'never']

const ARIA2: Peer = {
  name: 'aria2 -j16 and cat',
  command: 'aria2c',
  connections: 16,
  keepsBytes: true,
  args: (download) => [
    '-c',
    `aria2c -q -j16 -x1 -s1 -d '${download.folder}' -i '${download.folder}/list' && ${joined(download)}`,
  ],
}

/** The quickest, where nothing but the machine holds them back; neither syncs or hashes anything. */
export const QUICK_PEERS: readonly Peer[] = [
  ARIA2,
  {
    name: 'curl -Z and cat',
    isBound: true,
    command: 'curl',
    connections: 32,
    keepsBytes: true,
    args: (download) => {
      const { folder, segments } = download
      const all = `'${new URL('segment-', download.url).href}[0-${segments - 1}].ts' -o '${folder}/segment-#1.ts'`
      return ['-c', `curl -s -Z --parallel-max 32 ${all} && ${joined(download)}`]
    },
  },
]

export const PEERS: readonly Peer[] = [
  {
    name: 'yt-dlp',
    command: 'yt-dlp',
    connections: 1,
    keepsBytes: true,
    args: ({ url, output }) => [...YTDLP, '-o', output, url],
  },
  {
    name: 'yt-dlp -N 16',
    command: 'yt-dlp',
    connections: 16,
    keepsBytes: true,
    args: ({ url, output }) => [...YTDLP, '-N', '16', '-o', output, url],
  },
  {
    name: 'ffmpeg -c copy',
    command: 'ffmpeg',
    connections: 2,
    keepsBytes: false,
    args: ({ url, output }) => ['-nostdin', '-v', 'error', '-i', url, '-c', 'copy', '-f', 'mpegts', output],
  },
  {
    name: 'streamlink',
    command: 'streamlink',
    connections: 1,
    keepsBytes: true,
    args: ({ url, output }) => streamlink(url, output, 1),
  },
  {
    name: 'streamlink, 10 threads',
    command: 'streamlink',
    connections: 10,
    keepsBytes: true,
    args: ({ url, output }) => streamlink(url, output, 10),
  },
  ARIA2,
]

function joined({ folder, output, segments }: PeerDownload): string {
  return `cat $(seq -f '${folder}/segment-%.0f.ts' 0 ${segments - 1}) > '${output}'`
}

function streamlink(url: string, output: string, threads: number): string[] {
  const quiet = ['--loglevel', 'error', '--stream-segment-threads', String(threads)]
  return [...quiet, '--force', '-o', output, `hls://${url}`, 'best']
}

/** What does not join runs in a shell that does; everything in that line is ours. */
export function runPeer(peer: Peer, download: PeerDownload): Promise<MeasuredRun> {
  return measuredRun(peer.args(download)[0] === '-c' ? 'sh' : peer.command, peer.args(download))
}

export function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined
}
