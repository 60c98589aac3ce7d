import assert from 'node:assert/strict'
import { book, button, heading, link, somebody } from '../steps.mjs'

export const title = 'A client moves an appointment by its link, and sees other zones'

export default async function (visit) {
  const { page, inspect } = visit
  await book(visit, 'Discovery call', somebody('Lena Fox'))
  const place = page.url()
  await link(page, 'Move appointment').click()
  await heading(page, 'Choose a new time').waitFor()
  await inspect('times')
  await page.getByLabel('Your time zone').selectOption('Asia/Tokyo')
  await button(page, 'Show times').click()
  await page.getByText('Times are shown for Asia/Tokyo').waitFor()
  await page.locator('a.cal-day').first().click()
  await page.locator('a.slot').first().click()
  await heading(page, 'Move the appointment?').waitFor()
  await page.getByText('Asia/Tokyo').first().waitFor()
  await inspect('confirm')
  await button(page, 'Move it').click()
  await page.getByText('The appointment is moved.').waitFor()
  assert.equal(new URL(page.url()).pathname, new URL(place).pathname, 'the link stays')
  // The zone that was chosen is remembered on this device.
  await page.goto(`${visit.base}/maya/book/discovery-call`)
  await page.getByText('Times are shown for Asia/Tokyo').waitFor()
}
