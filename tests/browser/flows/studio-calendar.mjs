import assert from 'node:assert/strict'
import { button, coach, heading, link, openSection, signIn, somebody } from '../steps.mjs'

export const title = 'Staff plan in the calendar: book, move by pointer and by form, block time, write a note'

/** A date so many days from today, as addresses have it. */
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const dayView = (date) => `/maya/studio/calendar?view=day&date=${date}&coach=all&hours=all`

/** Drags an appointment by so many pixels, and confirms with a reason. */
async function drag(page, item, pixels, reason) {
  await item.evaluate((element) => element.scrollIntoView({ block: 'center' }))
  const box = await item.boundingBox()
  await page.mouse.move(box.x + 20, box.y + 6)
  await page.mouse.down()
  await page.mouse.move(box.x + 20, box.y + 6 + pixels / 2, { steps: 4 })
  await page.mouse.move(box.x + 20, box.y + 6 + pixels, { steps: 4 })
  await page.mouse.up()
  const dialog = page.getByRole('dialog', { name: 'Move the appointment' })
  await dialog.waitFor()
  await dialog.getByLabel('Reason').fill(reason)
  await button(dialog, 'Move the appointment').click()
}

export default async function (visit) {
  const { page, open, inspect, width } = visit
  const wide = width >= 768
  // Each run has a day of its own, so that widths and repetitions do not meet.
  const date = day((wide ? 20 : 120) + (Math.floor(Date.now() / 1000) % 90))
  const person = somebody('Noor Haddad')
  await signIn(visit, coach)
  await openSection(page, 'Calendar')
  await heading(page, 'Calendar').waitFor()
  await inspect('week')
  await link(page, 'Month').click()
  await page.waitForURL(/view=month/)
  await inspect('month')

  // Free time leads to the form, with the time filled in.
  await open(dayView(date))
  await page.getByRole('link', { name: /^Book or block .*, 20:00/ }).first().click()
  if (wide) {
    const dialog = page.getByRole('dialog')
    await inspect('free')
    await link(dialog, 'Book for a client').click()
  }
  await heading(page, 'Book for a client').waitFor()
  const type = page.getByRole('region', { name: 'What is it?' }).getByRole('link').first()
  if (await type.isVisible()) await type.click()
  await button(page, 'Book', { exact: true }).last().waitFor()
  await inspect('book')
  await page.getByLabel('Name', { exact: true }).fill(person.name)
  await page.getByLabel('Email', { exact: true }).fill(person.email)
  const who = page.getByLabel('Coach')
  if (await who.isVisible()) await who.selectOption({ index: 1 })
  await page.locator('form.card button[type=submit]').click()
  await heading(page, person.name).waitFor()
  await page.getByText('The appointment is booked.').waitFor()
  await inspect('booking')

  // A note, staff only.
  await page.getByLabel('Note', { exact: true }).fill('Prefers evenings.')
  await button(page, 'Add note').click()
  await page.getByText('The note is added.').waitFor()
  await page.getByText('Staff only', { exact: true }).waitFor()

  // With the keyboard: the form of the booking moves it, to a time that is not on offer.
  await link(page, 'Move').click()
  await heading(page, 'Move the appointment').waitFor()
  await inspect('move')
  await page.getByLabel('New time').fill(`${date}T21:00`)
  await page.getByLabel('Reason').fill('Later suits better')
  await button(page, 'Move the appointment').press('Enter')
  await page.getByText('The appointment is moved.').waitFor()
  await page.getByText('Later suits better').waitFor()

  await open(dayView(date))
  const item = page.locator('.cg-item').filter({ hasText: person.name })
  await item.waitFor()
  await inspect('day')
  if (!wide) return
  await drag(page, item.first(), 68, 'An hour later')
  await page.getByText('The appointment is moved.').waitFor()
  assert.match(await item.first().locator('.cg-time').innerText(), /^22:00/)

  // Block time; a drag that is let go by Escape moves nothing.
  await page.getByRole('link', { name: /^Book or block .*, 18:00/ }).first().focus()
  await page.keyboard.press('Enter')
  await link(page.getByRole('dialog'), 'Block time').click()
  await heading(page, 'Block time').waitFor()
  await inspect('block')
  await page.getByLabel('Reason').fill('Dentist')
  await button(page, 'Block this time').click()
  await page.getByText('The time is blocked.').waitFor()
  await page.locator('.cg-item.is-blackout').filter({ hasText: 'Dentist' }).first().waitFor()
  await item.first().evaluate((element) => element.scrollIntoView({ block: 'center' }))
  const escaping = await item.first().boundingBox()
  await page.mouse.move(escaping.x + 20, escaping.y + 6)
  await page.mouse.down()
  await page.mouse.move(escaping.x + 20, escaping.y - 80, { steps: 4 })
  await page.keyboard.press('Escape')
  await page.mouse.up()
  assert.equal(await page.getByRole('dialog', { name: 'Move the appointment' }).isVisible(), false, 'Escape lets go')
}
