/** Synonyms that the glossary rules out, and the word to use. */
const WORDS = {
  segment: 'audience',
  trait: 'attribute',
  mbox: 'slot',
  placement: 'slot',
  prehide: 'hide',
}

/** The lower-case words of an identifier or file name: `getSegmentIDs` → get, segment, ids. */
const splitWords = (name) =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)

/** Neighbours count together too, so that `preHide` is the same word as `prehide`. */
const findBanned = (name) => {
  const words = splitWords(name)
  return [...words, ...words.slice(1).map((word, index) => words[index] + word)]
    .map((word) => (Object.hasOwn(WORDS, word) ? word : word.replace(/s$/, '')))
    .find((word) => Object.hasOwn(WORDS, word))
}

// A member of somebody else's object (`segmenter.segment(text)`) is not our word.
const isForeignMember = (node) =>
  node.parent?.type === 'MemberExpression' && node.parent.property === node && !node.parent.computed

/** One word per thing: names that we give may not contain a synonym that docs/glossary.md rules out. */
export const bannedWords = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { banned: '"{{name}}" says "{{word}}"; our word is "{{better}}".' },
  },
  create(context) {
    const report = (node, name) => {
      const word = findBanned(name)
      if (word) context.report({ node, messageId: 'banned', data: { name, word, better: WORDS[word] } })
    }
    return {
      Identifier(node) {
        if (!isForeignMember(node)) report(node, node.name)
      },
      Program(node) {
        const file = context.filename.split(/[\\/]/).at(-1)
        report(node, file.replace(/\..*$/, ''))
      },
    }
  },
}
