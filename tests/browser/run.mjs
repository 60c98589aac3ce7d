// Runs the flows of flows/*.mjs in a real browser, each at two widths. `cargo xtask test` starts a server and calls this:
//   BASE_URL=http://127.0.0.1:8080 CHROMIUM=/usr/bin/chromium node run.mjs [WORD …]
// Words choose flows by name. A flow is a file with
//   export const title = 'A visitor books'
//   export default async function ({ page, base, width, open, inspect, another }) { … }
// and, where it needs more than six minutes on a slow machine, `export const limit = 600_000`. Steps that several take are in steps.mjs.
// See Visit below for what it gets. A flow fails when it throws, when the page logs an error or breaks the content
// security policy, when a picture, style or script is missing, and when the server answers 5xx.
import assert from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'

const base = required('BASE_URL').replace(/\/$/, '')
const shots = process.env.SHOTS ?? fileURLToPath(new URL('shots', import.meta.url))
const screens = [
  { name: 'phone', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
]
const arguments_ = [
  '--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run',
]
// WCAG 2.2 AA and what axe's authors call best practice.
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const patience = 15_000

function required(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; see the top of run.mjs`)
  return value
}

/** What a flow works with, and what was wrong on the way. */
class Visit {
  constructor(page, screen, flow) {
    Object.assign(this, { page, base, width: screen.viewport.width, flow, screen, wrong: [] })
    for (const name of ['open', 'inspect', 'another']) this[name] = this[name].bind(this)
    this.watch(page)
  }

  watch(page) {
    page.setDefaultTimeout(patience)
    // A browser asks before what can't be taken back; flows mean what they press.
    page.on('dialog', (dialog) => dialog.accept())
    page.on('pageerror', (error) => this.wrong.push(`${page.url()}: ${error.message}`))
    page.on('console', (message) => {
      // A missing file is reported below, with its address; a page that answers 404 or 422 may be what a flow is about.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.wrong.push(`${page.url()}: ${message.text()}`)
      }
    })
    page.on('response', (response) => {
      const isPage = response.request().isNavigationRequest()
      if (response.status() >= (isPage ? 500 : 400)) this.wrong.push(`${response.status()} from ${response.url()}`)
    })
  }

  /** Goes to a path and gives back the answer; anything but `status` is an error. */
  async open(path, status = 200) {
    const response = await this.page.goto(base + path)
    assert.equal(response.status(), status, `status of ${path}`)
    return response
  }

  /** Looks at the present page, or another visitor's: axe in light, its colours again in dark, its width, a picture of each. */
  async inspect(name, page = this.page) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const file = `${this.flow}-${name}-${this.screen.name}-${colorScheme}.png`
      await page.screenshot({ path: join(shots, file), fullPage: true })
      const axe = new AxeBuilder({ page })
      const found = await (colorScheme === 'light' ? axe.withTags(rules) : axe.withRules(['color-contrast'])).analyze()
      const told = found.violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help}\n  ${node.html}\n  ${node.failureSummary.split('\n').slice(1).join(' ')}`))
      assert.equal(told.length, 0, `axe on ${page.url()} (${colorScheme}):\n${told.join('\n')}`)
    }
    // Not compared with the window: on a phone that grows with what is too wide.
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(wide <= this.width, `${page.url()} is ${wide} px wide on a screen of ${this.width}`)
  }

  /** A page of another visitor, in a fresh browser context, watched as the first one is; `options` of the context. */
  async another(options) {
    const context = await newContext(this.screen, options)
    const page = await context.newPage()
    this.watch(page)
    return page
  }
}

let browser
const contexts = new Set()

async function newContext(screen, options) {
  const { viewport, isMobile, hasTouch } = screen
  const context = await browser.newContext({ viewport, isMobile, hasTouch, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options })
  contexts.add(context)
  return context
}

async function runFlow(flow, run, screen) {
  const visit = new Visit(await (await newContext(screen)).newPage(), screen, flow)
  try {
    await run(visit)
    assert.deepEqual(visit.wrong, [], 'errors seen on the way')
  } catch (error) {
    await visit.page.screenshot({ path: join(shots, `FAILED-${flow}-${screen.name}.png`) }).catch(() => {})
    if (visit.wrong.length > 0) error.message += `\nseen on the way:\n${visit.wrong.join('\n')}`
    error.message += `\nlast page: ${visit.page.url()}`
    throw error
  } finally {
    await Promise.all([...contexts].map((context) => context.close()))
    contexts.clear()
  }
}

before(async () => {
  await mkdir(shots, { recursive: true })
  browser = await chromium.launch({ executablePath: required('CHROMIUM'), args: arguments_ })
})
after(() => browser?.close())

const words = process.argv.slice(2)
const folder = new URL('flows/', import.meta.url)
const flows = (await readdir(folder)).filter((file) => file.endsWith('.mjs')).map((file) => file.slice(0, -4)).sort()
const chosen = flows.filter((flow) => words.length === 0 || words.some((word) => flow.includes(word)))
if (chosen.length === 0) throw new Error(`no flow in ${folder.pathname} is named ${words.join(' or ') || 'anything'}`)

for (const flow of chosen) {
  const { title, limit = 360_000, default: run } = await import(new URL(`${flow}.mjs`, folder))
  for (const screen of screens) {
    test(`${title} (${flow}, ${screen.name})`, { timeout: limit }, () => runFlow(flow, run, screen))
  }
}
