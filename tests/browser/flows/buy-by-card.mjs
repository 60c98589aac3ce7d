import { button, fillIn, heading, link, openMail, somebody } from '../steps.mjs'

export const title = 'A visitor buys by card: declined, then confirmed with the bank, then at once'

async function order({ page, open }, offer, person) {
  await open('/maya/buy')
  await link(page, `Choose ${offer}`).click()
  await heading(page, offer).waitFor()
  await fillIn(page, person)
  await page.getByLabel('Card (test mode)').check()
  await button(page, 'Order and pay').click()
  await page.getByText('Sandbox: no real money moves').waitFor()
}

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Tom Okafor')
  await open('/maya')
  await link(page, 'Buy').click()
  await heading(page, 'Offers').waitFor()
  await inspect('offers')
  await link(page, 'Choose Single session').click()
  await inspect('offer')
  await button(page, 'Order and pay').click()
  await page.getByText('Please check the form').waitFor()
  await inspect('refused')

  await order(visit, 'Single session', person)
  await inspect('provider')
  await button(page, 'Decline the card').click()
  await heading(page, 'The payment was declined').waitFor()
  await inspect('declined')
  await button(page, 'Try again').click()
  await button(page, 'Ask for 3-D Secure first').click()
  await page.getByText('Confirm that it’s you').waitFor()
  await inspect('bank')
  await button(page, 'Confirm').click()
  await heading(page, 'Thank you, that’s paid').waitFor()
  await page.getByText('£120.00').first().waitFor()
  await inspect('receipt')
  await openMail(visit, person.email, /^Receipt \d+ from Maya/)

  await order(visit, 'CV and profile review', somebody('Ines Duarte'))
  await button(page, /^Pay/).click()
  await heading(page, 'Thank you, that’s paid').waitFor()
}
