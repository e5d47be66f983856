import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** One process that sends files of a folder with sendfile. */
export interface Nginx extends AsyncDisposable {
  readonly url: string
  readonly pid: number
}

const START_TRIES = 100

/** Starts nginx on a free port of this machine; its configuration and temporary files lie in `folder` too. */
export async function startNginx(folder: string): Promise<Nginx> {
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const config = `
    daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
    events { worker_connections 512; }
    http {
      sendfile on; tcp_nopush on; access_log off; keepalive_requests 1000000; open_file_cache max=1000;
      types { video/mp4 m4s mp4; application/vnd.apple.mpegurl m3u8; }
      ${temporary.map((name) => `${name}_temp_path ${folder}/tmp-${name};`).join(' ')}
      server { listen 127.0.0.1:${port}; root ${folder}; }
    }`
  await writeFile(`${folder}/nginx.conf`, config)
  const child = spawn('nginx', ['-p', folder, '-c', `${folder}/nginx.conf`], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const url = `http://127.0.0.1:${port}`
  await untilAnswers(url)
  return {
    url,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < START_TRIES; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return
    await sleep(50)
  }
  throw new Error('nginx did not start')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
