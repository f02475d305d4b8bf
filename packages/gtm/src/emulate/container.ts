import { startContainer } from './startContainer.ts'

/** For a page that loads containers as it would load those of Google: each is this file and a call of its own. */
Object.assign(window, { startContainer })
