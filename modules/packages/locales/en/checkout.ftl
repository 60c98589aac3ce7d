# The checkout: one page.
packages-checkout-quantity = How many
packages-checkout-bumps = Often bought with it
packages-checkout-instead-of = Instead of
packages-checkout-sign-in = Sign in
packages-checkout-code = Coupon or gift voucher
packages-checkout-apply = Apply
packages-checkout-said = To pay now: { $amount }.
packages-checkout-applied = Your code is applied. Please look at the new total.
packages-checkout-remove = Remove
packages-checkout-voucher = Paid with voucher { $code }
packages-checkout-to-pay = Left to pay
packages-checkout-later-only = From the first payment
packages-checkout-subtotal = Subtotal
packages-checkout-tax = { $name } { $rate } %
packages-checkout-tax-included = incl. { $rate } % { $name }
packages-checkout-total-all = Total
packages-checkout-today = To pay today
packages-checkout-gift = Who is it for?
packages-checkout-gift-hint = You get the voucher by email in any case, and can print it or pass it on.
packages-checkout-gift-name = Their name
packages-checkout-gift-email = Their email
packages-checkout-gift-email-hint = We send them the voucher. Leave it empty to hand it over yourself.
packages-checkout-gift-message = Your message
packages-checkout-gift-date = Send it on
packages-checkout-gift-date-hint = Left empty, it is sent as soon as it is paid.
packages-checkout-company = Invoice to a company
packages-checkout-bill-to = Company and address
packages-checkout-bill-to-hint = As it should stand on the invoice.
packages-checkout-tax-id = Tax number
packages-checkout-pay = How much do you want to pay now?
packages-checkout-pay-full = All at once
packages-checkout-pay-full-hint = { $amount } today
packages-checkout-pay-deposit = A deposit of { $amount }
packages-checkout-pay-deposit-hint = The rest later, on the day shown in the summary.
packages-checkout-pay-parts = { $count } payments
packages-checkout-pay-parts-hint = The first one today: { $amount }
packages-checkout-start-trial = Start your free trial
packages-checkout-trial = Free until { $date }. Nothing is taken before.
packages-checkout-trial-card = When you pay by card, you enter it on the next page; it is charged when the free days are over, unless you end it before.
packages-checkout-then-week = Then { $amount } every { $count ->
    [one] week
   *[other] { $count } weeks
  }.
packages-checkout-then-month = Then { $amount } every { $count ->
    [one] month
   *[other] { $count } months
  }.
packages-checkout-then-year = Then { $amount } every { $count ->
    [one] year
   *[other] { $count } years
  }.
packages-checkout-further = { $count ->
    [one] One more payment, on { $date }.
   *[other] { $count } more payments, the next on { $date }.
  }
packages-checkout-goes-on = The next payment is on { $date }.
packages-checkout-once = You pay once. Nothing is taken later.
packages-checkout-payments = The payments to come
packages-checkout-payments-more = And so on.
packages-checkout-ends = It ends by itself on { $date }.
packages-checkout-cancel-any-time = You can cancel at any time in your area; it then ends with the period that is paid.
packages-checkout-cancel-after-term = It runs for its whole term.
packages-checkout-cancel-never = To end it earlier, please ask us.
packages-checkout-plan-consent = By ordering you allow { $business } to collect the payments shown, each on its day.

# Mails and receipts
packages-mail-receipt-vouchers = { $count ->
    [one] Your gift voucher comes in an email of its own.
   *[other] Your { $count } gift vouchers come in an email of their own.
  }
packages-mail-receipt-downloads = { $count ->
    [one] Your download is linked on your receipt’s page.
   *[other] Your downloads are linked on your receipt’s page.
  }
packages-mail-hello = Hello { $name },
packages-mail-voucher-subject = A voucher of { $amount } for { $business }
packages-mail-voucher-subject-from = { $from } gives you a voucher of { $amount }
packages-mail-voucher-heading = A voucher of { $amount } for you
packages-mail-voucher-text = { $business } has made you a gift voucher.
packages-mail-voucher-text-from = { $from } has bought you a gift voucher at { $business }.
packages-mail-voucher-how = Type the code into the field “Coupon or gift voucher” when you pay. What you don’t use stays on the voucher.
packages-mail-voucher-shop = See what it buys
packages-mail-voucher-print = Page to print
packages-mail-bought-subject = { $count ->
    [one] Your gift voucher for { $business }
   *[other] Your gift vouchers for { $business }
  }
packages-mail-bought-heading = { $count ->
    [one] Here is your gift voucher
   *[other] Here are your gift vouchers
  }
packages-mail-bought-yours = Pass it on as you like: forward this mail, or print the page.
packages-mail-bought-told = We have sent it to { $email } as well.
packages-mail-bought-later = We send it to { $email } on { $date }.

# Pages of vouchers
packages-voucher-title = Gift voucher of { $business }
packages-voucher-heading = Gift voucher
packages-voucher-for = For { $name }
packages-voucher-code = Code
packages-voucher-code-hint = Twelve letters and digits, with or without hyphens.
packages-voucher-until = Valid until { $date }
packages-voucher-print = Print
packages-voucher-ask-title = What is left of a voucher?
packages-voucher-ask-text = Type the code that stands on it.
packages-voucher-look = Look
