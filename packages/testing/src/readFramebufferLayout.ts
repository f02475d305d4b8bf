import { closeSync, openSync, readSync } from 'node:fs'

/** Where the pixels are in an X window dump: 4 bytes each, blue first, rows from the top. */
export interface FramebufferLayout {
  /** Bytes before the first pixel. */
  readonly offset: number
  /** Bytes in a row, padding included. */
  readonly stride: number
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/** Fields of the header by position; each is 32 bits, big-endian. https://gitlab.freedesktop.org/xorg/proto/xorgproto/-/blob/master/include/X11/XWDFile.h */
const FIELD = {
  headerSize: 0,
  version: 1,
  width: 4,
  height: 5,
  byteOrder: 7,
  bitsPerPixel: 11,
  stride: 12,
  red: 14,
  colours: 19,
} as const
const HEADER_BYTES = 100
const COLOUR_BYTES = 12

/** Reads the header of a screen kept by `Xvfb -fbdir`. Throws an Error when the file has not 24-bit colour in 32-bit pixels. */
export function readFramebufferLayout(path: string): FramebufferLayout {
  const header = Buffer.alloc(HEADER_BYTES)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(file)
  }
  const field = (position: number) => header.readUInt32BE(position * 4)
  const isKnown =
    field(FIELD.version) === 7 &&
    field(FIELD.bitsPerPixel) === 32 &&
    field(FIELD.byteOrder) === 0 &&
    field(FIELD.red) === 0xff0000
  if (!isKnown)
    throw new Error(
      `[unblink] ${path} is not a 24-bit screen of a little-endian machine. Start Xvfb with -screen 0 1280x900x24.`,
    )
  return {
    offset: field(FIELD.headerSize) + field(FIELD.colours) * COLOUR_BYTES,
    stride: field(FIELD.stride),
    width: field(FIELD.width),
    height: field(FIELD.height),
  }
}
