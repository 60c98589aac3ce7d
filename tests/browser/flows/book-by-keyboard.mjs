import assert from 'node:assert/strict'
import { heading, somebody, tabTo } from '../steps.mjs'

export const title = 'A visitor books by keyboard alone'

export default async function ({ page, open }) {
  const person = somebody('Sam Okoro')
  const press = async (selector, key = 'Enter') => {
    await tabTo(page, selector)
    await page.keyboard.press(key)
  }
  await open('/maya')
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip', 'the first stop skips to the content')
  await page.keyboard.press('Enter')
  await press('main a[href$="/book"]')
  await page.waitForURL(/\/book$/)
  await press('a[href$="/book/coaching-session"]')
  await heading(page, 'Coaching session').waitFor()
  await press('a.cal-day:not([aria-current])')
  await page.waitForURL(/day=/)
  await press('a.slot')
  await page.waitForURL(/details/)
  await tabTo(page, '#f-name')
  await page.keyboard.type(person.name)
  await tabTo(page, '#f-email')
  await page.keyboard.type('wrong')
  await page.keyboard.press('Enter')
  // The summary of what is wrong has the focus, and its link leads to the field.
  await page.locator('[data-error-summary]:focus').waitFor()
  await press('[data-error-summary] a')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'f-email')
  await page.keyboard.press('Control+A')
  await page.keyboard.type(person.email)
  await press('button[type=submit].btn-primary')
  await heading(page, 'You are booked').waitFor()
}
