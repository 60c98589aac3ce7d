import assert from 'node:assert/strict'
import { button, coach, heading, link, openSection, signIn } from '../steps.mjs'

export const title = 'The coach switches appointments off and on again'

async function set(page, on) {
  const appointments = page.getByRole('switch', { name: 'Appointments' })
  await appointments.setChecked(on)
  await button(page, 'Save changes').click()
  await page.getByText('Features saved.').waitFor()
}

export default async function (visit) {
  const { page, inspect, base } = visit
  const guest = await visit.another()
  const status = async (path) => (await guest.goto(base + path)).status()
  await signIn(visit, coach)
  await openSection(page, 'Settings')
  await heading(page, 'Features').waitFor()
  await inspect('settings')
  try {
    await set(page, false)
    await page.waitForTimeout(1000) // what every replica is given at most
    assert.equal(await status('/maya'), 200)
    assert.equal(await link(guest, 'Book').count(), 0)
    await link(guest, 'Buy').waitFor()
    assert.equal(await status('/maya/book'), 404)
    assert.equal(await page.locator('a.side-link[href$="/studio/bookings"]').count(), 0)
  } finally {
    await set(page, true)
  }
  await page.waitForTimeout(1000)
  assert.equal(await status('/maya'), 200)
  await link(guest, 'Book').click()
  await heading(guest, 'Book an appointment').waitFor()
  assert.equal(await page.locator('a.side-link[href$="/studio/bookings"]').count(), 1)
}
