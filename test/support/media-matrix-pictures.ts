/** Frames a second of every film here that does not say otherwise. */
export const FRAME_RATE = 25

/** The number of a frame stands in its top left corner, in so many blocks, lowest bit first, white for one. */
export const COUNTER_BITS = 10
export const COUNTER_BLOCK_PIXELS = 16

/** A moving test picture with a frame counter that survives any codec. */
export function countedPicture({ size = '320x180', seconds = 12 }: { size?: string; seconds?: number } = {}): string {
  const blocks = Array.from({ length: COUNTER_BITS }, (_, bit) => {
    const on = `gte(mod(n,${2 ** (bit + 1)}),${2 ** bit})`
    return box(bit * COUNTER_BLOCK_PIXELS, COUNTER_BLOCK_PIXELS, 'white', `:enable='${on}'`)
  })
  const ground = box(0, COUNTER_BITS * COUNTER_BLOCK_PIXELS, 'black')
  return [`testsrc2=s=${size}:r=${FRAME_RATE}:d=${seconds}`, ground, ...blocks, 'format=yuv420p'].join(',')
}

function box(x: number, width: number, color: string, more = ''): string {
  return `drawbox=x=${x}:y=0:w=${width}:h=${COUNTER_BLOCK_PIXELS}:color=${color}:t=fill${more}`
}

/** Noise that no encoder can make small. */
export function noisePicture(size: string, seconds: number): string {
  return `nullsrc=s=${size}:r=${FRAME_RATE}:d=${seconds},geq=random(1)*255:128:128,format=yuv420p`
}

/** A tone with a beep each second. */
export function beeps(hertz: number, seconds = 12): string {
  return `sine=frequency=${hertz}:beep_factor=4:sample_rate=48000:duration=${seconds}`
}

/** Six channels, each with a tone of its own. */
export function surroundTones(seconds = 12): string {
  const tones = [440, 550, 660, 55, 770, 880].map((hertz) => `0.1*sin(2*PI*${hertz}*t)`)
  return `aevalsrc=${tones.join('|')}:c=5.1:s=48000:d=${seconds}`
}
