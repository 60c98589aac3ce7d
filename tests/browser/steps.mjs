// Steps that several flows take. A flow names what it looks for as a visitor would: by role and words.
import assert from 'node:assert/strict'

/** The owner of the demo business `maya`, as `platform dev` prints it. */
export const coach = { email: 'maya@maya.example', password: 'paper-lantern-42' }

let count = 0
/** Somebody nobody has seen before, so that widths and repetitions stay apart. */
export function somebody(name) {
  count += 1
  return { name, email: `${name.toLowerCase().replace(/\W+/g, '.')}.${Date.now()}.${count}@example.com` }
}

export const heading = (page, name) => page.getByRole('heading', { name, level: 1 })
export const button = (page, name) => page.getByRole('button', { name })
export const link = (page, name) => page.getByRole('link', { name })

/** Fills in name and e-mail of a form, and the number of who is to be called. */
export async function fillIn(page, person) {
  await page.getByLabel('Name').fill(person.name)
  await page.getByLabel('Email').fill(person.email)
  const phone = page.getByLabel('Phone number')
  if (await phone.isVisible()) await phone.fill('020 7946 0018')
}

/** Loads the page again until `check` is true. */
export async function eventually(page, what, check, seconds = 30) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    if (await check()) return
    assert.ok(Date.now() < end, `${what}: not after ${seconds} s`)
    await page.waitForTimeout(500)
    await page.reload()
  }
}

/** On the page of an appointment type: the last free day of the month shown, then its first time. */
export async function chooseTime(page) {
  await page.locator('a.cal-day').last().click()
  await page.waitForURL(/day=/)
  const slot = page.locator('a.slot').first()
  const time = await slot.innerText()
  await slot.click()
  await heading(page, /./).waitFor()
  return time
}

/** Books an appointment; ends on the confirmation page. */
export async function book({ page, open }, type, person) {
  await open('/maya')
  await link(page, 'Book').click()
  await link(page, type).click()
  const time = await chooseTime(page)
  await fillIn(page, person)
  await button(page, 'Book this appointment').click()
  await heading(page, 'You are booked').waitFor()
  return time
}

/** Signs in on the sign-in page of the business `maya`. */
export async function signIn({ page, open }, { email, password }) {
  await open('/maya')
  await link(page, 'Sign in').click()
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await button(page, 'Sign in').click()
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
}

/** Signs out by the account menu. */
export async function signOut(page) {
  await button(page, /^Account menu/).click()
  await button(page, 'Sign out').click()
  await page.getByText('You are signed out.').waitFor()
}

/** Opens a section of the studio by its navigation, which is a drawer on a phone. */
export async function openSection(page, name) {
  const menu = button(page, 'Open the menu')
  if (await menu.isVisible()) await menu.click()
  const studio = page.getByRole('navigation', { name: 'Studio' })
  await studio.getByRole('link', { name, exact: true }).click()
  await page.waitForLoadState()
}

/** Opens the mail with this subject to this address in the outbox of the installation, once it has been written. */
export async function openMail({ page, open }, to, subject) {
  await open('/dev/outbox')
  const row = page.getByRole('row').filter({ hasText: to }).filter({ hasText: subject })
  await eventually(page, `a mail to ${to}`, async () => (await row.count()) > 0)
  await row.first().getByRole('link').click()
  await heading(page, subject).waitFor()
}

/** Presses Tab until what has the focus matches; it must be seen to have it. */
export async function tabTo(page, selector) {
  for (let pressed = 0; pressed < 80; pressed += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) {
      const seen = await page.evaluate(() => {
        const ring = (element) => element && getComputedStyle(element).outlineStyle !== 'none'
        const focused = document.activeElement
        return ring(focused) || ring(focused.closest('.card-link, .choice'))
      })
      assert.ok(seen, `${selector} has the focus but does not show it`)
      return
    }
  }
  assert.fail(`Tab never gets to ${selector} on ${page.url()}`)
}
