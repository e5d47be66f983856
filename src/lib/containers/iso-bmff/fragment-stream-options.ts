/**
 * Output options with which ffmpeg writes what `readFragmentStream` reads, so that decode and presentation times come out
 * as container time as they are, below zero too: nothing is to be subtracted. Tested with ffmpeg 5.1 against ffprobe for
 * copies of MP4, Matroska and MPEG-TS. Around them the command needs:
 * - `-copyts` before `-i`: ffmpeg takes the file's start time off otherwise;
 * - `-bsf:a:N aac_adtstoasc` for each copied AAC track out of MPEG-TS or ADTS (harmless for AAC from anywhere else, an
 *   error for other codecs): with these options ffmpeg does not add it by itself;
 * - `ENCODED_TIMES_OPTIONS` when the video is encoded;
 * - an output of its own for each track that may begin late: `moov` waits until every track has a packet.
 */
export const FRAGMENT_STREAM_OPTIONS: readonly string[] = [
  // Moves all times until none is below zero otherwise.
  '-avoid_negative_ts',
  'disabled',
  // An edit list would take the encoder's priming or the reordering delay off the fragments' decode times.
  '-use_editlist',
  '0',
  '-movflags',
  [
    // No samples in `moov`, so that it can be written to a pipe before the film is read.
    '+empty_moov',
    // ... but with the first packets at hand: AC-3 has no configuration without them.
    '+delay_moov',
    // Offsets that do not count from the beginning of the stream.
    '+default_base_moof',
    // `tfdt` is the packet's own decode time, not the sum of the durations since the first. (`negative_cts_offsets` must
    // not be there: it moves the decode times by the first picture's delay.)
    '+frag_discont',
  ].join(''),
  // Microseconds: what is held in memory at both ends.
  '-frag_duration',
  '500000',
  // FLAC and DTS in MP4 count as experimental up to ffmpeg 5.
  '-strict',
  'experimental',
  '-f',
  'mp4',
]

/**
 * For encoded video: every picture keeps its time. Without them ffmpeg rounds times to the nominal frame rate and doubles
 * pictures to make it constant, as it sees that MP4 on a pipe. (`-fps_mode` is
 * there since ffmpeg 5.1, `-vsync` before.)
 */
export const ENCODED_TIMES_OPTIONS: readonly string[] = ['-fps_mode', 'passthrough', '-enc_time_base:v', '-1']
