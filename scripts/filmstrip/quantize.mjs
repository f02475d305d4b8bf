const MAX_COLOURS = 256
/** Colours that agree in their upper five bits are one to begin with: the grain of JPEG is finer than that. */
const toBin = (red, green, blue) => ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3)

function readBins(rgba) {
  const bins = new Map()
  for (let at = 0; at < rgba.length; at += 4) {
    const id = toBin(rgba[at], rgba[at + 1], rgba[at + 2])
    let bin = bins.get(id)
    if (!bin) bins.set(id, (bin = { id, count: 0, sum: [0, 0, 0] }))
    bin.count += 1
    for (let channel = 0; channel < 3; channel += 1) bin.sum[channel] += rgba[at + channel]
  }
  return [...bins.values()].map(({ id, count, sum }) => ({ id, count, rgb: sum.map((value) => value / count) }))
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

function toBox(bins) {
  const count = sum(bins.map((bin) => bin.count))
  const mean = [0, 1, 2].map((channel) => sum(bins.map((bin) => bin.rgb[channel] * bin.count)) / count)
  const errors = [0, 1, 2].map((channel) => sum(bins.map((bin) => (bin.rgb[channel] - mean[channel]) ** 2 * bin.count)))
  const error = Math.max(...errors)
  return { bins, mean, error, channel: errors.indexOf(error) }
}

/** In two at the mean of the channel that differs most: both halves hold something as long as the bins differ at all. */
function split({ bins, mean, channel }) {
  const isLow = (bin) => bin.rgb[channel] <= mean[channel]
  return [toBox(bins.filter(isLow)), toBox(bins.filter((bin) => !isLow(bin)))]
}

/**
 * Reduces an opaque picture to at most 256 colours, without dithering, so that plain areas stay plain.
 * Returns `palette` (triples of 0 to 255) and `indices`, one byte a pixel. The same pixels give the same result.
 */
export function quantize(rgba) {
  const boxes = [toBox(readBins(rgba))]
  while (boxes.length < MAX_COLOURS) {
    const worst = boxes.reduce((found, box) => (box.error > found.error ? box : found))
    if (worst.error < 1e-6) break
    boxes.splice(boxes.indexOf(worst), 1, ...split(worst))
  }
  const indexOf = new Uint8Array(1 << 15)
  boxes.forEach(({ bins }, index) => bins.forEach(({ id }) => (indexOf[id] = index)))
  const indices = Uint8Array.from(
    { length: rgba.length / 4 },
    (_, pixel) => indexOf[toBin(rgba[pixel * 4], rgba[pixel * 4 + 1], rgba[pixel * 4 + 2])],
  )
  return { palette: boxes.map(({ mean }) => mean.map(Math.round)), indices }
}
