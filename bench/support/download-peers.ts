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
  readonly args: (download: PeerDownload) => readonly string[]
}

export interface PeerDownload {
  readonly url: string
  readonly output: string
  readonly folder: string
  readonly segments: number
}

const YTDLP = ['--ignore-config', '--quiet', '--no-progress', '--fixup', 'never']

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
  {
    name: 'aria2 -j16 and cat',
    command: 'aria2c',
    connections: 16,
    keepsBytes: true,
    args: ({ folder, output, segments }) => {
      const inOrder = `cat $(seq -f '${folder}/segment-%.0f.ts' 0 ${segments - 1}) > '${output}'`
      return ['-c', `aria2c -q -j16 -x1 -s1 -d '${folder}' -i '${folder}/list' && ${inOrder}`]
    },
  },
]

function streamlink(url: string, output: string, threads: number): string[] {
  const quiet = ['--loglevel', 'error', '--stream-segment-threads', String(threads)]
  return [...quiet, '--force', '-o', output, `hls://${url}`, 'best']
}

/** aria2 runs in a shell, for the joining; everything in that line is ours. */
export function runPeer(peer: Peer, download: PeerDownload): Promise<MeasuredRun> {
  return measuredRun(peer.command === 'aria2c' ? 'sh' : peer.command, peer.args(download))
}

export function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined
}
