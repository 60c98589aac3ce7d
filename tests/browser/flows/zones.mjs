import assert from 'node:assert/strict'
import { button, heading } from '../steps.mjs'

export const title = 'A direct link shows the times of the browser’s own zone, and a link with a zone is no choice'

export default async function ({ base, another }) {
  const page = await another({ timezoneId: 'Pacific/Chatham' })
  const shown = (zone) => page.getByText(`Times are shown for ${zone}`).waitFor()
  await page.goto(`${base}/maya/book/coaching-session`)
  await heading(page, 'Coaching session').waitFor()
  await shown('Pacific/Chatham')
  await page.locator('a.cal-day').last().click()
  await page.waitForURL(/day=/)
  await shown('Pacific/Chatham')
  // What somebody passed on holds for its page alone.
  await page.goto(`${base}/maya/book/coaching-session?zone=Asia/Tokyo`)
  await shown('Asia/Tokyo')
  assert.equal(await page.locator('#f-zone option[value="Pacific/Chatham"]').count(), 1, 'one’s own zone is on offer')
  await page.goto(`${base}/maya/book/coaching-session`)
  await shown('Pacific/Chatham')
  await page.getByLabel('Your time zone').selectOption('Europe/Madrid')
  await button(page, 'Show times').click()
  await shown('Europe/Madrid')
  await page.goto(`${base}/maya/book/discovery-call`)
  await shown('Europe/Madrid')
}
