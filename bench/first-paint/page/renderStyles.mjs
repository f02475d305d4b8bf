const unused = Array.from(
  { length: 240 },
  (_, index) =>
    `.unused-${index} > li:nth-child(${(index % 5) + 1}) { margin: ${index % 16}px; color: hsl(${index} 40% 40%) }`,
)

/** The blocking style sheet: a real site's size, most of it for other pages. The headline's box is reserved, as a slot's should be. */
export const renderStyles = () => `
@font-face { font-family: Text; src: url(/text.woff2) format("woff2"); font-display: swap }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 Text, Arial, sans-serif; color: #223 }
header { display: flex; gap: 32px; padding: 14px 32px; border-bottom: 1px solid #ccd }
nav { display: flex; gap: 18px }
.hero { display: flex; gap: 48px; padding: 40px 32px; background: #eef2f5 }
.words { flex: 1 }
h1 { min-height: 160px; margin: 0 0 12px; font-size: 42px; line-height: 1.25 }
.baseline { background: #c81010; color: #fff }
.variant { background: #109010; color: #fff }
.button { display: inline-block; padding: 12px 26px; border-radius: 4px; background: #214; color: #fff; text-decoration: none }
.offer { padding: 24px 32px; background: #fff4d8 }
.products { display: grid; grid-template-columns: repeat(4, 1fr); gap: 18px; padding: 24px 32px }
.product { padding: 14px; border: 1px solid #ccd; border-radius: 6px }
.product dl > div { display: flex; justify-content: space-between }
.questions { padding: 32px }
.question { padding: 8px 0; border-bottom: 1px solid #dde }
footer { padding: 32px; background: #214; color: #fff }
${unused.join('\n')}
`
