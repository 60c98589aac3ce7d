import assert from 'node:assert/strict'
import { book, button, eventually, fillIn, heading, link, openMail, signIn, somebody, coach } from '../steps.mjs'

export const title = 'Staff give and take credits with a reason; the client reads what they have and what happened'

const password = 'eleven patient herons'

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Ines Duarte')
  await book(visit, 'Discovery call', person)

  const studio = await visit.another()
  const to = (path) => studio.goto(visit.base + path)
  await signIn({ page: studio, open: to }, coach)
  await to('/maya/studio/credits')
  await heading(studio, 'Credits').waitFor()
  await studio.getByLabel('Search clients').fill(person.email)
  await button(studio, 'Search').click()
  await link(studio, person.name).click()
  await heading(studio, `Credits of ${person.name}`).waitFor()
  await link(studio, 'Give credits').click()
  await heading(studio, `Give credits to ${person.name}`).waitFor()
  await studio.getByLabel('Credits', { exact: true }).fill('5')
  await button(studio, 'Give credits').click()
  const reason = studio.getByRole('textbox', { name: 'Reason' })
  assert.equal(await reason.getAttribute('aria-invalid'), 'true', 'no credits without a reason')
  await reason.fill('Thank you for waiting')
  await button(studio, 'Give credits').click()
  await studio.getByText('5 credits were given.').waitFor()
  await studio.getByText('5 credits given to you: Thank you for waiting').waitFor()
  await link(studio, 'Take credits').click()
  await studio.getByLabel('Credits', { exact: true }).fill('2')
  await studio.getByRole('textbox', { name: 'Reason' }).fill('Counted twice')
  await button(studio, 'Take credits').click()
  await studio.getByText('2 credits were taken.').waitFor()
  await studio.getByText('2 credits taken by the business: Counted twice').waitFor()

  await open('/maya')
  await link(page, 'Sign in').click()
  await link(page, 'Create one').click()
  await fillIn(page, person)
  await page.getByLabel('Password').fill(password)
  await button(page, 'Create account').click()
  await openMail(visit, person.email, /^Confirm your address/)
  const confirm = page.frameLocator('iframe').getByRole('link', { name: 'Confirm my address' })
  await page.goto(await confirm.getAttribute('href'))
  const asked = page.getByLabel('Password')
  if (await asked.isVisible()) await asked.fill(password)
  await button(page, 'Confirm').click()
  await page.getByText('Your address is confirmed.').waitFor()
  await open('/maya/me/credits')
  await heading(page, 'Your credits').waitFor()
  await eventually(page, 'three are left', () => page.locator('.tile-value').filter({ hasText: /^3$/ }).isVisible())
  await page.getByText('2 credits taken by the business: Counted twice').waitFor()
  await inspect('own')

  // The studio's pages as the coach sees them, in the browser that is looked at.
  await page.context().clearCookies()
  await signIn(visit, coach)
  await open(`/maya/studio/credits?search=${encodeURIComponent(person.email)}`)
  await inspect('list')
  await link(page, person.name).click()
  await heading(page, `Credits of ${person.name}`).waitFor()
  await inspect('client')
  await link(page, 'Give credits').click()
  await button(page, 'Give credits').click()
  await inspect('give-refused')
}
