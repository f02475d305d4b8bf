/** Runs inside a page, which can decode pictures: the shares of a JPEG (base64) that are the baseline's red and the variant's green. */
async function countColours(jpeg) {
  const picture = new window.Image()
  picture.src = `data:image/jpeg;base64,${jpeg}`
  await picture.decode()
  const canvas = document.createElement('canvas')
  const { width, height } = Object.assign(canvas, { width: picture.naturalWidth, height: picture.naturalHeight })
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context.drawImage(picture, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  const count = { baseline: 0, variant: 0, ink: 0 }
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = data.subarray(at, at + 3)
    if (red > 140 && green < 90 && blue < 90) count.baseline++
    if (green > 110 && red < 90 && blue < 90) count.variant++
    if (red + green + blue < 700) count.ink++
  }
  const pixels = width * height
  return { baseline: count.baseline / pixels, variant: count.variant / pixels, ink: count.ink / pixels }
}

const ENOUGH = 0.002

const getKind = ({ baseline, variant, ink }) => {
  if (variant > ENOUGH) return 'variant'
  if (baseline > ENOUGH) return 'baseline'
  return ink > 0.02 ? 'no headline' : 'blank'
}

/** What the screen showed, one entry per change: `[{ kind, ms }]`; kinds are `blank`, `no headline`, `baseline`, `variant`. */
export async function classifyScreenshots(page, screenshots) {
  const shown = []
  for (const { ms, jpeg } of screenshots) {
    const kind = getKind(await page.evaluate(countColours, jpeg))
    if (shown.at(-1)?.kind !== kind) shown.push({ kind, ms })
  }
  return shown
}

/** Was the baseline on the screen before the variant? */
export function hasFlickered(shown) {
  const variantAt = shown.findIndex(({ kind }) => kind === 'variant')
  return variantAt > 0 && shown.slice(0, variantAt).some(({ kind }) => kind === 'baseline')
}
