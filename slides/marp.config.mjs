// SPDX-License-Identifier: MIT
// How Marp renders the decks: no math, no emoji pictures, no HTML, and nothing
// that a browser would have to fetch.

import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const types = { '.png': 'image/png', '.svg': 'image/svg+xml' }

// A word of a transcript breaks at no hyphen; a very long one may, after a bar.
function word(text) {
  return text.includes('-') && text.length < 40 ? `<i>${text}</i>` : text.replaceAll('|', '|<wbr>')
}

// A transcript: every line is a block of its own, and commands are told apart.
function transcript(text, escape) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const kind = line.startsWith('$ ') ? 'command' : 'answer'
      return `<span class="${kind}">${escape(line).replace(/[^ ]+/g, word)}</span>`
    })
    .join('')
}

// A deck is one file that can be carried around: its pictures are in it.
function inlineImages(md, folder) {
  md.core.ruler.after('inline', 'bones_images', ({ tokens }) => {
    const images = tokens.flatMap((token) => token.children ?? []).filter(({ type }) => type === 'image')
    for (const image of images) {
      const path = resolve(folder, image.attrGet('src'))
      const data = readFileSync(path).toString('base64')
      image.attrSet('src', `data:${types[extname(path)]};base64,${data}`)
    }
  })
}

export default {
  html: false,
  options: { math: false, emoji: { shortcode: false, unicode: false } },
  engine: ({ marp }) => {
    marp.highlighter = (text) => transcript(text, marp.markdown.utils.escapeHtml)
    return marp.use(inlineImages, fileURLToPath(new URL('.', import.meta.url)))
  },
}
