import assert from 'node:assert/strict'
import { book, button, coach, eventually, heading, link, openSection, signIn, signOut, somebody } from '../steps.mjs'

export const title = 'The coach sees the booking, and what the automation did with it'
// The example automation is built on the first start of an installation.
export const limit = 600_000

export default async function (visit) {
  const { page, inspect, base } = visit
  const person = somebody('Mira Castellanos')
  await signIn(visit, coach)
  await heading(page, 'Hello, Maya').waitFor()
  await openSection(page, 'Automations')
  await eventually(page, 'the example automation', () => link(page, 'Welcome note').first().isVisible(), 300)

  const guest = await visit.another()
  await book({ page: guest, open: (path) => guest.goto(base + path) }, 'Discovery call', person)

  await openSection(page, 'Dashboard')
  const next = page.getByRole('region', { name: 'Next appointments' })
  await next.getByRole('listitem').first().waitFor()
  await inspect('dashboard')
  await openSection(page, 'Appointments')
  await inspect('bookings')
  await page.getByLabel('Name or email').fill(person.email)
  await button(page, 'Filter').click()
  await page.getByRole('row').filter({ hasText: person.email }).getByRole('link').click()
  await heading(page, person.name).waitFor()
  await inspect('booking')

  await openSection(page, 'Clients')
  await inspect('clients')
  await link(page, person.name).first().click()
  const note = page.getByRole('listitem').filter({ hasText: 'Booked Discovery call' })
  await eventually(page, 'the note of the automation', () => note.isVisible(), 60)
  await page.getByLabel('New note').fill('Prefers mornings.')
  await button(page, 'Add note').click()
  await page.getByText('Prefers mornings.').waitFor()
  await inspect('client')

  await openSection(page, 'Automations')
  await inspect('automations')
  await page.getByRole('row').filter({ hasText: 'Succeeded' }).getByRole('link').first().click()
  await page.getByText(/Added a note to the client/).waitFor()
  await inspect('run')

  for (const section of ['Availability', 'Appointment types', 'Offers', 'Orders']) {
    await openSection(page, section)
    await heading(page, section).waitFor()
    await inspect(section.toLowerCase().replace(' ', '-'))
  }
  await signOut(page)
  assert.equal(new URL(page.url()).pathname, '/maya')
}
