#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// tests/docs/check-pages.mjs [--pictures FOLDER] HTML...: opens every slide of decks that
// make slides has built in a real browser, light and dark, and measures: nothing overflows,
// type is large and has contrast, diagrams load, and no request leaves the file. One
// line for each fault. --pictures leaves a screenshot of each slide.

import { createRequire } from 'node:module'
import { basename, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const modules = resolve(process.env.BUILD ?? `${root}/build`, 'npm-slides')
const { default: puppeteer } = await import(
  pathToFileURL(createRequire(`${modules}/package.json`).resolve('puppeteer-core'))
)

// Runs in the page, on the section that is shown. A slide is 1280 by 720 of its own
// pixels, whatever the window: sizes are computed in those.
function measure(scheme) {
  const MIN_TYPE = 22
  const MIN_SMALL = 18
  const MIN_CONTRAST = 7
  const faults = []

  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (color) => {
    const [r, g, b] = rgba(color)
      .slice(0, 3)
      .map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor
    return rgba(color)[3] === 255 || !element.parentElement ? color : ground(element.parentElement)
  }

  const section = document.querySelector('.bespoke-marp-active section')
  const style = getComputedStyle(section)
  const frame = section.getBoundingClientRect()
  const scale = frame.width / section.offsetWidth
  const inner = {
    left: frame.left + parseFloat(style.paddingLeft) * scale,
    right: frame.right - parseFloat(style.paddingRight) * scale,
    top: frame.top + parseFloat(style.paddingTop) * scale,
    bottom: frame.bottom - parseFloat(style.paddingBottom) * scale,
  }
  const outside = (box, around) =>
    box.left < around.left - 1 || box.right > around.right + 1 ||
    box.top < around.top - 1 || box.bottom > around.bottom + 1
  // What scale an SVG comes out at, and so the size of the smallest type in it.
  const smallestType = (image) => {
    const svg = new DOMParser().parseFromString(atob(image.src.split(',')[1]), 'image/svg+xml')
    const { width, height } = svg.documentElement.viewBox.baseVal
    const sizes = [...svg.querySelectorAll('text')].map((text) => Number(text.getAttribute('font-size')))
    return Math.min(...sizes) * Math.min(image.offsetWidth / width, image.offsetHeight / height)
  }

  if ((luminance(ground(section)) < 0.2) !== (scheme === 'dark')) faults.push(`is not ${scheme}`)

  for (const element of section.querySelectorAll('*')) {
    const box = element.getBoundingClientRect()
    const around = element.closest('p:has(> img)') ? frame : inner
    if (!element.closest('footer') && box.width && outside(box, around)) {
      faults.push(`overflows: <${element.localName}> ${element.textContent.trim().slice(0, 40)}`)
    }
  }
  const words = document.createTreeWalker(section, NodeFilter.SHOW_TEXT)
  while (words.nextNode()) {
    const text = words.currentNode.data.trim()
    if (!text) continue
    const parent = words.currentNode.parentElement
    const { color, fontSize } = getComputedStyle(parent)
    const small = parent.closest('footer')
    if (parseFloat(fontSize) < (small ? MIN_SMALL : MIN_TYPE)) {
      faults.push(`type of ${fontSize} is too small: ${text.slice(0, 40)}`)
    }
    const [dark, light] = [luminance(color), luminance(ground(parent))].sort((a, b) => a - b)
    const contrast = (light + 0.05) / (dark + 0.05)
    if (contrast < MIN_CONTRAST) {
      faults.push(`contrast of ${contrast.toFixed(1)} is too low: ${text.slice(0, 40)}`)
    }
  }
  for (const image of section.querySelectorAll('img')) {
    if (!image.complete || !image.naturalWidth) faults.push('a picture does not load')
    else if (smallestType(image) < MIN_SMALL) {
      faults.push(`type of ${smallestType(image).toFixed(1)}px in a diagram is too small: ${image.alt}`)
    }
  }
  return faults
}

async function checkDeck(browser, file, pictures, report) {
  const page = await browser.newPage()
  const url = pathToFileURL(resolve(file)).href
  const name = basename(file, '.html')
  page.on('console', (message) => message.type() === 'error' && report(`${name}: ${message.text()}`))
  page.on('pageerror', (error) => report(`${name}: ${error.message}`))
  page.on('request', (request) => {
    const target = request.url().split('#')[0]
    if (target !== url && !target.startsWith('data:')) report(`${name}: asks for ${target}`)
  })
  await page.goto(url, { waitUntil: 'load' })
  await page.addStyleTag({ content: '.bespoke-marp-osc { display: none !important }' })
  const slides = await page.$$eval('section', (sections) => sections.length)
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
    for (let slide = 1; slide <= slides; slide++) {
      await page.evaluate((to) => (location.hash = `#${to}`), slide)
      await page.waitForFunction(
        (id) => document.querySelector('.bespoke-marp-active section')?.id === id, {}, String(slide))
      for (const fault of await page.evaluate(measure, scheme)) {
        report(`${name}: slide ${slide}, ${scheme}: ${fault}`)
      }
      if (pictures) {
        const number = String(slide).padStart(2, '0')
        await page.screenshot({ path: `${pictures}/${name}-${number}-${scheme}.png` })
      }
    }
  }
  await page.close()
  console.log(`${name}: ${slides} slides, light and dark`)
}

const files = process.argv.slice(2)
const pictures = files[0] === '--pictures' ? files.splice(0, 2)[1] : null
const browser = await puppeteer.launch({
  executablePath: `${root}/slides/browser`,
  defaultViewport: { width: 1280, height: 720 },
})
const faults = []
try {
  for (const file of files) await checkDeck(browser, file, pictures, (fault) => faults.push(fault))
} finally {
  await browser.close()
}
console.log(faults.join('\n'))
process.exit(faults.length ? 1 : 0)
