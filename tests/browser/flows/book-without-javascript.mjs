import assert from 'node:assert/strict'
import { book, button, chooseTime, heading, link, somebody } from '../steps.mjs'

export const title = 'A visitor books with JavaScript switched off'

export default async function (visit) {
  const page = await visit.another({ javaScriptEnabled: false })
  const open = async (path) => assert.equal((await page.goto(visit.base + path)).status(), 200)
  await open('/maya/book')
  await link(page, 'Discovery call').click()
  // Without a script the business's zone is shown until another one is chosen.
  await page.getByText('Times are shown for Europe/London').waitFor()
  await page.getByLabel('Your time zone').selectOption('Asia/Tokyo')
  await button(page, 'Show times').click()
  await page.getByText('Times are shown for Asia/Tokyo').waitFor()
  const time = await chooseTime(page)
  await page.getByText(`${time}–`).filter({ hasText: 'Asia/Tokyo' }).waitFor()
  await button(page, 'Book this appointment').click()
  assert.equal(await page.getByLabel('Name').getAttribute('aria-invalid'), 'true')

  await book({ page, open }, 'Discovery call', somebody('Noor Haddad'))
  await link(page, 'Cancel appointment').click()
  await button(page, 'Cancel the appointment').click()
  await page.getByText('This appointment was cancelled.').waitFor()
}
