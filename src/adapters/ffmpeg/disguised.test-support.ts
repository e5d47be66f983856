/** A playlist or address list that calls itself a video, asking for `url` (http) or `path` (a file of this machine). */
export interface Disguise {
  readonly name: string
  readonly content: string
}

/** What has been seen to make ffmpeg open something else; all of it text. */
export function disguises(url: string, path: string): readonly Disguise[] {
  const hls = (...lines: readonly string[]) => ['#EXTM3U', '#EXT-X-VERSION:7', ...lines, ''].join('\n')
  const media = (...lines: readonly string[]) =>
    hls('#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:0', ...lines, '#EXT-X-ENDLIST')
  const dash = (base: string, template: string) =>
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000"><BaseURL>${base}</BaseURL>${template}</Representation></AdaptationSet></Period></MPD>`
  const list: readonly (readonly [string, string])[] = [
    ['hls segment by http', media('#EXTINF:2,', `${url}/a.ts`)],
    ['hls segment by file', media('#EXTINF:2,', `file://${path}`)],
    ['hls segment by path', media('#EXTINF:2,', path)],
    ['hls key by http', media(`#EXT-X-KEY:METHOD=AES-128,URI="${url}/key"`, '#EXTINF:2,', path)],
    ['hls key by file', media(`#EXT-X-KEY:METHOD=AES-128,URI="${path}"`, '#EXTINF:2,', `${url}/a.ts`)],
    ['hls map', media(`#EXT-X-MAP:URI="${url}/init.mp4"`, '#EXTINF:2,', `${url}/a.m4s`)],
    ['hls byte range', media('#EXTINF:2,', '#EXT-X-BYTERANGE:100@0', path)],
    ['hls variant', hls('#EXT-X-STREAM-INF:BANDWIDTH=1000', `${url}/v.m3u8`)],
    ['hls variant by file', hls('#EXT-X-STREAM-INF:BANDWIDTH=1000', `file://${path}`)],
    [
      'hls rendition',
      hls(
        `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="${url}/a.m3u8"`,
        '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"',
        `${url}/v.m3u8`,
      ),
    ],
    ['hls concat protocol', media('#EXTINF:2,', `concat:${path}|${path}`)],
    ['hls subfile protocol', media('#EXTINF:2,', `subfile,,start,0,end,100,,:${path}`)],
    ['hls crypto protocol', media('#EXTINF:2,', `crypto+file://${path}`)],
    ['dash by http', dash(`${url}/`, '<SegmentList><SegmentURL media="a.m4s"/></SegmentList>')],
    ['dash by file', dash(`file://${path}`, '')],
    ['ffconcat by path', `ffconcat version 1.0\nfile '${path}'\n`],
    ['ffconcat by http', `ffconcat version 1.0\nfile '${url}/a.mp4'\n`],
    ['ffconcat by protocol', `ffconcat version 1.0\nfile 'file:${path}'\n`],
    ['ffconcat with options', `ffconcat version 1.0\nfile '${path}'\noption safe 0\nduration 1\n`],
    [
      'sdp',
      'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n',
    ],
    ['asx', `<ASX version="3.0"><entry><ref href="${url}/a.mp4"/></entry></ASX>`],
    ['pls', `[playlist]\nFile1=${url}/a.mp4\nNumberOfEntries=1\n`],
    [
      'vobsub',
      `# VobSub index file, v7 (do not modify this line!)\nsize: 720x480\nid: en, index: 0\ntimestamp: 00:00:01:000, filepos: 000000000\n`,
    ],
    ['rtsp text', `rtsptext\nrtsp://${url.slice('http://'.length)}/stream\n`],
  ]
  return list.map(([name, content]) => ({ name, content }))
}
