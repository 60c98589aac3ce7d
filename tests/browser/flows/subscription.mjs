import assert from 'node:assert/strict'
import { button, eventually, fillIn, heading, openMail, somebody } from '../steps.mjs'

export const title = 'A visitor buys a plan with a card that is saved, and changes the card by the link of the mail'

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
}
