/* global document, getComputedStyle -- of the page, in the function handed to it */

/** Two contents whose colours differ by less than this in every channel could be taken for each other after JPEG. */
const MIN_DISTANCE = 50

const readInPage = () =>
  [...document.querySelectorAll('div')].map((box) => getComputedStyle(box).backgroundColor.match(/\d+/g).map(Number))

/**
 * The plain background that `stylesheet` gives to each of `classes` (name → class attribute), as red, green and blue.
 * Throws when two of them are too much alike to be told apart on the screen.
 */
export async function readColours(page, { stylesheet, classes }) {
  const boxes = Object.values(classes).map((names) => `<div class="${names}"></div>`)
  await page.setContent(`<link rel="stylesheet" href="${stylesheet}">${boxes.join('')}`)
  const colours = await page.evaluate(readInPage)
  for (const [index, one] of colours.entries()) {
    for (const other of colours.slice(0, index)) {
      if (one.some((value, channel) => Math.abs(value - other[channel]) >= MIN_DISTANCE)) continue
      throw new Error(
        `${stylesheet} gives rgb(${one}) and rgb(${other}) to ${Object.keys(classes).join(' and ')}: too much alike.`,
      )
    }
  }
  return Object.fromEntries(Object.keys(classes).map((name, index) => [name, colours[index]]))
}
