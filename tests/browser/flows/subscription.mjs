import assert from 'node:assert/strict'
import { button, eventually, fillIn, heading, openMail, somebody } from '../steps.mjs'

export const title = 'A visitor buys a plan with a card that is saved and changes the card by the link of the mail; a free trial is begun, ended and kept'

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Nora Lindqvist')
  await open('/northside/buy/totally-committed')
  await heading(page, 'Totally Committed').waitFor()
  await fillIn(page, person)
  await page.getByLabel('Card (test mode)').check()
  await page.getByRole('button', { name: /^(Order|Start|Subscribe|Buy)/ }).click()
  await page.getByText('Sandbox: no real money moves').waitFor()
  await page.getByText('How should it behave next time?').waitFor()
  await inspect('provider')
  await page.getByLabel('It is declined').check()
  await button(page, /^Pay/).click()
  await heading(page, 'Thank you, that’s paid').waitFor()

  await openMail(visit, person.email, /^Your plan Totally Committed/)
  await page.goto(await page.frameLocator('iframe').getByRole('link', { name: 'See your subscription' }).getAttribute('href'))
  await heading(page, 'Totally Committed').waitFor()
  await page.getByText('All is well.').waitFor()
  await page.getByText('Sandbox card •• 0341').first().waitFor()
  await inspect('running')

  // Another card, on the provider's own page.
  await button(page, 'Change what you pay with').click()
  await heading(page, 'Save a test card').waitFor()
  await inspect('card')
  await button(page, 'A card that pays').click()
  await page.getByText('Sandbox card •• 4242').first().waitFor()

  // It runs for its whole term, so there is no button that ends it now.
  assert.equal(await button(page, 'End the subscription').count(), 0)

  // What needs an account says so.
  await page.getByText('To pause it or change the plan, please sign in.').waitFor()
  await eventually(page, 'the subscription on its page', async () => (await page.title()).includes('Totally Committed'))
  await trial(visit)
}

/** A plan that may be ended at any time begins with a free week: a card is saved first, and nothing is taken. */
async function trial(visit) {
  const { page, open, inspect } = visit
  const person = somebody('Ivo Petrov')
  await open('/northside/buy/open-gym')
  await heading(page, 'Open gym').waitFor()
  await page.getByText('you enter it on the next page').waitFor()
  await fillIn(page, person)
  await page.getByLabel('Card (test mode)').check()
  await button(page, 'Start your free trial').last().click()
  await page.getByText('Nothing is taken today.').waitFor()
  await inspect('save-card')
  await button(page, 'Decline the card').click()
  await heading(page, 'That card was not accepted').waitFor()
  await inspect('card-declined')
  await page.getByLabel('Card (test mode)').check()
  await button(page, 'Enter a card').click()
  await button(page, 'Save the card').click()
  await heading(page, 'Thank you, it’s yours').waitFor()

  await openMail(visit, person.email, /^Your plan Open gym/)
  await page.goto(await page.frameLocator('iframe').getByRole('link', { name: 'See your subscription' }).getAttribute('href'))
  await page.getByText('Your trial runs until').waitFor()
  await page.getByText('Sandbox card •• 4242').first().waitFor()
  await button(page, 'End the subscription').click()
  await page.getByText('The subscription ends with the paid period.').waitFor()
  await page.getByText('Nothing more is charged.').first().waitFor()
  await inspect('ending')
  await button(page, 'Keep it as it is').click()
  await page.getByText('The subscription stays as it is.').waitFor()
  await page.getByText('Your trial runs until').waitFor()
}
