import assert from 'node:assert/strict'
import { button, fillIn, heading, link, somebody } from '../steps.mjs'

export const title = 'A visitor tries a code and pays with JavaScript switched off'

export default async function (visit) {
  const page = await visit.another({ javaScriptEnabled: false })
  assert.equal((await page.goto(visit.base + '/maya/buy')).status(), 200)
  await link(page, 'Choose Single session').click()
  await fillIn(page, somebody('Noor Haddad'))
  await page.getByLabel('Coupon or gift voucher').fill('NO-SUCH-CODE')
  await button(page, 'Apply').click()
  await page.getByText('There is no such code').first().waitFor()
  // What was typed is still there.
  assert.equal(await page.getByLabel('Name').inputValue(), 'Noor Haddad')
  await page.getByLabel('Coupon or gift voucher').fill('')
  await page.getByLabel('Card (test mode)').check()
  await button(page, 'Order and pay').click()
  await button(page, /^Pay/).click()
  await heading(page, 'Thank you, that’s paid').waitFor()
}
