import assert from 'node:assert/strict'
import { button, heading } from '../steps.mjs'

export const title = 'The dark theme is chosen by a button and stays'

export default async function ({ page, open }) {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light' })
  await open('/maya')
  const light = await ground()
  await button(page, 'Dark theme').click()
  const dark = await ground()
  assert.notEqual(dark, light)
  await open('/maya/book')
  await heading(page, 'Book an appointment').waitFor()
  assert.equal(await ground(), dark, 'the next page is dark, too')
  assert.equal(await button(page, 'Dark theme').getAttribute('aria-pressed'), 'true')
  await button(page, 'Dark theme').click()
  assert.equal(await ground(), light)
}
