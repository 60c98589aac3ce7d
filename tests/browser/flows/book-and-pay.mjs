import assert from 'node:assert/strict'
import { button, chooseTime, fillIn, heading, link, openMail, somebody } from '../steps.mjs'

export const title = 'A visitor chooses a length, answers questions, pays, and cancels with the money back'

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Ravi Menon')
  await open('/maya/book')
  await link(page, 'Offer review').click()
  await page.getByText('50 min').first().click()
  await page.waitForURL(/minutes=50/)
  await inspect('lengths')
  await chooseTime(page)
  await fillIn(page, person)
  await page.getByLabel('Anything we should know?').fill('Two offers, in fact.')
  await button(page, 'Book and pay £95.00').click()
  // What is missing is named, and what was typed stays.
  await page.getByText('Please check the form').waitFor()
  assert.equal(await page.getByLabel('What is on the table?').getAttribute('aria-invalid'), 'true')
  assert.equal(await page.getByLabel('Anything we should know?').inputValue(), 'Two offers, in fact.')
  await inspect('questions')
  await page.getByLabel('What is on the table?').fill('Head of design, 80 k')
  await button(page, 'Book and pay £95.00').click()
  await page.getByText('Sandbox: no real money moves').waitFor()
  await button(page, 'Decline the card').click()
  await heading(page, 'The payment was declined').waitFor()
  await inspect('declined')
  await button(page, 'Try again').click()
  await button(page, /^Pay/).click()
  await heading(page, 'You are booked').waitFor()
  await inspect('paid')

  await openMail(visit, person.email, /^Receipt \d+ from Maya/)
  await openMail(visit, person.email, /^Confirmed: Offer review/)
  await page.goto(await page.frameLocator('iframe').getByRole('link', { name: 'See, move or cancel your appointment' }).getAttribute('href'))
  await heading(page, 'You are booked').waitFor()
  await link(page, 'Cancel appointment').click()
  await page.getByText(/You get £95\.00 back/).waitFor()
  await inspect('cancel')
  await button(page, 'Cancel the appointment').click()
  await page.getByText(/£95\.00 goes back to you/).waitFor()
  await inspect('cancelled')
}
