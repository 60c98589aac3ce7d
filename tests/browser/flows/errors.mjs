import assert from 'node:assert/strict'
import { heading, link } from '../steps.mjs'

export const title = 'Pages that are not there say so, and lead on'

export default async function ({ page, open, inspect }) {
  await open('/nobody-has-this-slug', 404)
  await heading(page, 'We can’t find that page').waitFor()
  await inspect('slug')
  await link(page, 'Go to the start page').click()
  await heading(page, /^Coaching businesses/).waitFor()
  await inspect('start')

  for (const path of ['/maya/no-such-page', '/maya/booking/no-such-token', '/maya/book/no-such-type', '/maya/buy/nothing']) {
    await open(path, 404)
    await heading(page, 'We can’t find that page').waitFor()
    await link(page, 'Go to Maya Lindqvist Coaching').waitFor()
  }
  await inspect('page')
  await link(page, 'Go to Maya Lindqvist Coaching').click()
  await heading(page, 'Maya Lindqvist Coaching').waitFor()
  assert.equal(new URL(page.url()).pathname, '/maya')

  await open('/api/docs')
  await heading(page, 'API').waitFor()
  await open('/dev/outbox')
  await heading(page, 'Outbox').waitFor()
  await inspect('outbox')
}
