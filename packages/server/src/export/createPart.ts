import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** A file that nobody sees before it is whole. */
export interface Part {
  readonly path: string
  /** Where it is while it is written: beside the other, with a name that readers of a folder pass over. */
  readonly hiddenPath: string
  /** Resolves when more can be taken; rejects when the disk does not. */
  write(bytes: Uint8Array): Promise<void>
  /** Resolves when everything is on the disk, still under the hidden name. */
  close(): Promise<void>
}

export const getHiddenPath = (path: string): string => join(dirname(path), `.${basename(path)}.tmp`)

/** Gives a closed part its name, in place of an earlier file of that name. */
export const publishPart = ({ path, hiddenPath }: Pick<Part, 'path' | 'hiddenPath'>): Promise<void> =>
  rename(hiddenPath, path)

export async function createPart(path: string, isCompressed: boolean): Promise<Part> {
  await mkdir(dirname(path), { recursive: true })
  const hiddenPath = getHiddenPath(path)
  const head = isCompressed ? createGzip() : new PassThrough()
  const written = pipeline(head, createWriteStream(hiddenPath, { flush: true }))
  written.catch(() => undefined) // Whoever writes next is told.
  return {
    path,
    hiddenPath,
    async write(bytes) {
      if (bytes.length === 0 || head.write(bytes)) return
      // Whichever comes first: room again, or the end of it.
      await Promise.race([once(head, 'drain'), written])
    },
    async close() {
      head.end()
      await written
    },
  }
}
