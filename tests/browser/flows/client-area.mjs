import assert from 'node:assert/strict'
import { book, button, fillIn, heading, link, openMail, signOut, somebody } from '../steps.mjs'

export const title = 'A client registers, confirms the address and finds bookings and orders'

const password = 'seven quiet lighthouses'

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Hana Weiss')
  await book(visit, 'Discovery call', person)
  await open('/maya/buy/single-session')
  await fillIn(page, person)
  await page.getByLabel('Card (test mode)').check()
  await button(page, 'Order and pay').click()
  await button(page, /^Pay/).click()
  await heading(page, 'Thank you, that’s paid').waitFor()

  await open('/maya')
  await link(page, 'Sign in').click()
  await heading(page, 'Welcome back').waitFor()
  await inspect('sign-in')
  await link(page, 'Create one').click()
  await heading(page, 'Create your account').waitFor()
  await fillIn(page, person)
  await page.getByLabel('Password').fill('short')
  await button(page, 'Create account').click()
  assert.equal(await page.getByLabel('Password').getAttribute('aria-invalid'), 'true')
  await inspect('register-refused')
  await page.getByLabel('Password').fill(password)
  await button(page, 'Create account').click()
  await heading(page, 'Look into your mail').waitFor()
  await inspect('sent')

  await openMail(visit, person.email, /^Confirm your address/)
  const confirm = page.frameLocator('iframe').getByRole('link', { name: 'Confirm my address' })
  await page.goto(await confirm.getAttribute('href'))
  await heading(page, 'Confirm your address').waitFor()
  await inspect('confirm')
  const asked = page.getByLabel('Password')
  if (await asked.isVisible()) await asked.fill(password)
  await button(page, 'Confirm').click()
  await page.getByText('Your address is confirmed.').waitFor()

  await open('/maya/me')
  await heading(page, `Hello, ${person.name}`).waitFor()
  await link(page, 'Discovery call').waitFor()
  await inspect('overview')
  const area = page.getByRole('navigation', { name: 'Your area' })
  assert.equal(await area.getByRole('link', { name: 'Studio' }).count(), 0, 'a client sees no way to the studio')
  await area.getByRole('link', { name: 'Appointments' }).click()
  await link(page, 'Discovery call').waitFor()
  await inspect('appointments')
  await page.getByRole('link', { name: 'Calendar', exact: true }).click()
  await page.getByRole('table').waitFor()
  await inspect('calendar-month')
  await link(page, 'Calendar address').click()
  await button(page, 'Make an address').click()
  await page.getByText('Here is your new address.').waitFor()
  await inspect('calendar-address')
  await button(page, 'Take the address away').click()
  await page.getByText('There is no address yet.').waitFor()
  await area.getByRole('link', { name: 'Credits' }).click()
  await page.getByText('1 credit', { exact: true }).first().waitFor()
  await inspect('credits')
  await area.getByRole('link', { name: 'Orders' }).click()
  await link(page, 'Single session').click()
  await heading(page, 'Thank you, that’s paid').waitFor()
  // What a person may not open is not there for them.
  await open('/maya/studio', 404)
  await open('/account')
  await heading(page, 'Your account').waitFor()
  await inspect('account')

  await open('/maya/me')
  await signOut(page)
  await open('/maya/me')
  await heading(page, 'Welcome back').waitFor()
}
