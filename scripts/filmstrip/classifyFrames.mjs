/* global OffscreenCanvas, createImageBitmap, Blob, atob -- of the page, in the function handed to it */

/** Screenshots are JPEG: a plain area comes back off by a few, and the colours told apart here differ by far more. */
const TOLERANCE = 24
/** Share of the slot's box that a content's own colour must fill. A drawing inside the other content stays below it. */
const MIN_SHARE = 0.1

/** Serialised into the page, where there is a JPEG decoder. */
async function classifyInPage({ frames, rect, width, colours, tolerance, minShare }) {
  const looks = []
  for (const { at, jpeg } of frames) {
    const bytes = Uint8Array.from(atob(jpeg), (character) => character.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d', { willReadFrequently: true })
    context.drawImage(image, 0, 0)
    const scale = image.width / width
    const left = Math.ceil(rect.x * scale)
    const top = Math.ceil(rect.y * scale)
    const right = Math.min(image.width, Math.floor((rect.x + rect.width) * scale))
    const bottom = Math.min(image.height, Math.floor((rect.y + rect.height) * scale))
    const { data } = context.getImageData(left, top, right - left, bottom - top)
    const isNear = (index, rgb) => rgb.every((value, channel) => Math.abs(data[index + channel] - value) <= tolerance)
    const shows = Object.keys(colours).filter((name) => {
      let found = 0
      for (let index = 0; index < data.length; index += 4) if (isNear(index, colours[name])) found += 1
      return found >= (data.length / 4) * minShare
    })
    const all = context.getImageData(0, 0, image.width, image.height).data
    looks.push({ at, shows, isBlank: all.every((value) => value >= 248) })
  }
  return looks
}

/**
 * What each frame of a view shows in the slot's box, told by `colours` (content → red, green, blue): the looks that `judge` of
 * @unblink/testing takes, and with each whether nothing at all was painted yet. `page` lends its JPEG decoder.
 */
export function classifyFrames(page, { frames, rect, width }, colours) {
  const input = { frames, rect, width, colours, tolerance: TOLERANCE, minShare: MIN_SHARE }
  return page.evaluate(classifyInPage, input)
}
