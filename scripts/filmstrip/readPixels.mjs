/* global OffscreenCanvas, createImageBitmap, Blob, atob, btoa -- of the page, in the function handed to it */

/** Serialised into the page, where there is a PNG decoder. */
async function readInPage(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, image.width, image.height)
  let text = ''
  // In pieces, because every byte is an argument of the call.
  for (let at = 0; at < data.length; at += 8_192) text += String.fromCharCode(...data.subarray(at, at + 8_192))
  return { width: image.width, height: image.height, base64: btoa(text) }
}

/** The pixels of a PNG, four bytes each. `page` lends its decoder. */
export async function readPixels(page, png) {
  const { width, height, base64 } = await page.evaluate(readInPage, png.toString('base64'))
  return { width, height, rgba: Buffer.from(base64, 'base64') }
}
