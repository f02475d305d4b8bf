import { until, type Eye } from './faultEye.ts'

/** The red, green, blue and alpha of one pixel of a picture. The page that the engine shows decodes it, so it must run script. */
export async function readPixel(eye: Eye, png: Buffer, x: number, y: number): Promise<readonly number[]> {
  await eye.evaluate(`void (async () => {
    const image = new Image()
    image.src = 'data:image/png;base64,${png.toString('base64')}'
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: ${x + 1}, height: ${y + 1} }).getContext('2d')
    canvas.drawImage(image, 0, 0)
    window.pixel = [...canvas.getImageData(${x}, ${y}, 1, 1).data]
  })()`)
  await until(eye, 'window.pixel')
  return eye.evaluate('pixel')
}
