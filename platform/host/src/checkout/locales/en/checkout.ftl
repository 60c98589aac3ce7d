# Paying: ways to pay, orders, receipts and refunds, for whatever module sells.
checkout-nav-orders = Orders
checkout-nav-my-orders = Orders
checkout-pay-how = How would you like to pay?
checkout-method-all = Every way to pay
checkout-method-free = Free
checkout-method-free-hint = There is nothing to pay.
checkout-method-manual = Bank transfer or cash
checkout-method-manual-hint = You get the details after ordering. Your order is confirmed when the money has arrived.
checkout-method-sandbox = Card (test mode)
checkout-method-sandbox-hint = A practice page; no real money moves.
checkout-method = Payment
checkout-order-title = Order { $number }
checkout-order-number = Order { $number }
checkout-receipt-number = Receipt { $number }
checkout-order-paid-heading = Thank you, that’s paid
checkout-order-free-heading = Thank you, it’s yours
checkout-order-paid-text = The receipt is on its way to { $email }.
checkout-order-transfer-heading = Your order is reserved
checkout-order-transfer-text = { $business } confirms it as soon as the money has arrived.
checkout-order-declined-heading = The payment was declined
checkout-order-declined-until = Nothing was taken. Your order is reserved until { $until }. Please try again before.
checkout-order-declined-text = Nothing was taken. Your order is still reserved, and you can try again.
checkout-order-processing-heading = Your payment is on its way
checkout-order-processing-text = Your order is kept for you. There is no need to pay again: we write to { $email } as soon as the money has arrived.
checkout-order-card-heading = One step is left: your card
checkout-order-card-declined-heading = That card was not accepted
checkout-order-card-text = Nothing is taken today. It begins once a card is saved that pays when the free time is over.
checkout-enter-card = Enter a card
checkout-order-unpaid-heading = Your order waits for its payment
checkout-order-unpaid-text = What you ordered is reserved until then.
checkout-order-refunded-heading = This order was refunded
checkout-order-refunded-text = The money went back to you.
checkout-order-expired-heading = The time to pay is over
checkout-order-expired-text = Nothing was taken. You can order again.
checkout-order-cancelled-heading = This order was cancelled
checkout-order-cancelled-text = Nothing was taken.
checkout-order-cancelled-flash = The order was cancelled.
checkout-how-to-pay = How to pay
checkout-pay-reference = Please give the order number { $number } with your payment.
checkout-try-again = Try again
checkout-pay-otherwise = Pay this way instead
checkout-pay-now = Pay now
checkout-sold-by = From
checkout-bought-by = For
checkout-placed = Ordered
checkout-paid = Paid
checkout-pay-until = Pay by
checkout-cancel-order = Cancel the order
checkout-cancel-confirm = Cancel this order? What it reserved becomes free for others.
checkout-see-receipt = See the receipt
checkout-see-order = See the order
checkout-state-paid = Paid
checkout-state-refunded = Refunded
checkout-state-transfer = Waiting for transfer
checkout-state-declined = Declined
checkout-state-processing = Payment on its way
checkout-state-card-wanted = Waiting for a card
checkout-state-unpaid = Not paid yet
checkout-state-expired = Expired
checkout-state-cancelled = Cancelled
checkout-my-orders-title = Your orders
checkout-my-orders-empty-title = No orders yet
checkout-my-orders-empty-text = What you buy here, with its receipts, is listed on this page.
checkout-column-order = Order
checkout-search-orders = Number, name or email
checkout-studio-payments-title = Ways to pay
checkout-studio-payments-text = How clients can pay for what they buy.
checkout-studio-payments-saved = Saved. New orders can be paid this way.
checkout-field-manual-hint = You mark each order as paid when the money has arrived.
checkout-field-instructions = How to pay you
checkout-field-instructions-hint = Bank account, or where to bring cash. Shown after ordering and in the mail. Markdown works.
checkout-field-days = Days to pay
checkout-field-days-hint = An order that is not paid by then expires, and what it reserved is free again.
checkout-field-sandbox-hint = For trying things out; never offered on a live installation.
checkout-studio-orders-title = Orders
checkout-studio-orders-empty-title = No orders yet
checkout-studio-orders-empty-text = As soon as somebody buys, the order stands here with all that happens to it.
checkout-order-status-all = Every status
checkout-order-status-pending-payment = Waiting for payment
checkout-order-status-paid = Paid
checkout-order-status-partially-refunded = Partly refunded
checkout-order-status-refunded = Refunded
checkout-order-status-cancelled = Cancelled
checkout-order-status-expired = Expired
checkout-bought = Bought
checkout-mark-paid = Mark as paid
checkout-mark-paid-text = When the transfer has arrived or you have the cash. The buyer gets the receipt and what they bought.
checkout-field-note = Note
checkout-field-note-hint = For you and your team, for example the date of the transfer.
checkout-timeline = What happened
checkout-payments = Payments
checkout-payment-failed = Declined
checkout-studio-marked-paid = Order { $number } is paid.
checkout-studio-cancelled = Order { $number } is cancelled.
checkout-step-placed = Ordered
checkout-step-payment-started = Payment started
checkout-step-payment-failed = Payment declined
checkout-step-paid = Paid
checkout-step-cancelled = Cancelled
checkout-step-expired = Expired: not paid in time
checkout-step-granted = Credits handed out
checkout-step-nothing-to-grant = Nothing to hand out
checkout-step-payment-returned = A payment came that the order could not take
checkout-step-refund-requested = Refund asked for
checkout-step-refund-done = Refund paid back
checkout-step-refund-failed = Refund not gone through
checkout-step-dues-lowered = Later payments lowered
checkout-refund-only-lowered = Taken off later payments
checkout-refund-lowered = { $amount } off what was still to come
checkout-refund-lines-owed = { $amount } is still to come. A line is taken off that first, from the last payment backwards; only the rest is money that goes back.
checkout-studio-lowered = Done: less is still to come of order { $number }.
checkout-mail-lowered-subject = Less to pay for order { $number } from { $business }
checkout-mail-lowered-title = There is less to pay
checkout-mail-lowered-text = Hello { $name }, { $business } has taken back a part of order { $number }. You have not paid for it yet, so no money goes back.
checkout-mail-lowered = Your later payments are lower by { $amount } together.
checkout-doc-lowered = Taken off later payments
checkout-doc-paid-back = Paid back
checkout-doc-lowered-on = { $date }, taken off later payments
checkout-csv-lowered = Off later payments
checkout-step-refund-twice = Went back twice: by hand, and by the payment service
checkout-mail-twice-subject = Order { $number }: { $amount } went back twice
checkout-mail-twice-title = A refund went back twice
checkout-mail-twice-text = You had paid this refund of order { $number } ({ $name }) back by hand. The payment service has now sent the same money back too. Please ask your client for one of the two.
checkout-revenue = Revenue this month
checkout-revenue-orders = { $count ->
    [one] 1 paid order
   *[other] { $count } paid orders
  }
checkout-revenue-trend = on last month
checkout-revenue-waiting = { $count ->
    [one] 1 order waits for a transfer
   *[other] { $count } orders wait for a transfer
  }
checkout-mail-receipt-subject = Receipt { $number } from { $business }
checkout-mail-receipt-title = Thank you
checkout-mail-receipt-text = Hello { $name }, this is your receipt from { $business }.
checkout-mail-receipt-paid = Paid on { $date }.
checkout-mail-awaiting-subject = How to pay order { $number } from { $business }
checkout-mail-awaiting-title = Your order is reserved
checkout-mail-awaiting-text = Hello { $name }, { $business } has your order. It is confirmed as soon as the money has arrived.
checkout-mail-awaiting-until = Please pay by { $date }.
checkout-mail-sold-subject = Order { $number }: { $name } bought something
checkout-mail-sold-title = You have sold something
checkout-mail-sold-text = { $name } ({ $email }) paid for this:
checkout-column-client = Client
checkout-status = Status
checkout-search = Search
checkout-discard = Discard
checkout-nothing-found = Nothing found
checkout-nothing-found-text = Try another word or another filter.
checkout-show-all = Show all
checkout-go-on = See what you ordered
checkout-back-home = Back to the start page
checkout-order-partly-refunded-heading = Part of the money goes back
checkout-order-partly-refunded-text = The rest of your order stands.
checkout-order-given-back-heading = Your payment goes back to you
checkout-order-given-back-text = It came when this order could not be provided any more.
checkout-state-partly-refunded = Partly refunded
checkout-client-orders = Orders

# Refunds
checkout-refunds = Refunds
checkout-refund-state-requested = On its way
checkout-refund-state-done = Paid back
checkout-refund-state-failed = Not gone through yet
checkout-refund-by-hand = Owed to the client
checkout-refund-to-come = { $business } pays it back to you
checkout-refund-cause-staff = Decided by your team
checkout-refund-cause-cancelled = Cancelled
checkout-refund-cause-unavailable = Could not be provided any more
checkout-refund-cause-late = The payment came too late
checkout-refund-cause-twice = Paid twice
checkout-refund-heading = Refund
checkout-refund-text = Up to { $left } can go back. All of it also takes back what was handed out and is unused.
checkout-refund-action = Refund
checkout-refund-confirm = Refund this amount? It can’t be undone.
checkout-refund-paid-back = I have paid it back
checkout-refund-again = Try again
checkout-field-amount = Amount
checkout-field-reason = Reason
checkout-field-reason-hint = The client reads it.
checkout-studio-refunded = The refund of order { $number } is on its way.
checkout-studio-paid-back = Noted: the refund of order { $number } is paid back.
checkout-studio-refund-again = The refund of order { $number } is tried again.
checkout-field-give-back = If it can’t be provided any more, note the payment and owe the money to the client
checkout-studio-given-back = Order { $number } can’t be provided any more. The payment is noted, and the money goes back.
checkout-payment-returned = Goes back
checkout-mail-refund-subject = Refund of order { $number } from { $business }
checkout-mail-refund-title = Money goes back to you
checkout-mail-refund-text = Hello { $name }, { $business } refunds order { $number }:
checkout-mail-refund-why-staff = Your order was refunded.
checkout-mail-refund-why-cancelled = This is your share after the cancellation.
checkout-mail-refund-why-unavailable = What you paid for can’t be provided any more. We are sorry.
checkout-mail-refund-why-late = Your payment came when the order had ended and could not be provided any more. We are sorry.
checkout-mail-refund-why-twice = The order was paid already, so this payment goes back.
checkout-mail-refund-reason = { $business } says: { $reason }
checkout-mail-refund-by-hand = { $business } pays it back to you, by transfer or in cash.
checkout-mail-refund-by-provider = It goes back the way you paid.
checkout-mail-refunded-subject = Order { $number }: { $amount } goes back to { $name }
checkout-mail-refunded-title = Money goes back to a client
checkout-mail-refunded-text = { $name } ({ $email }) gets this back:
checkout-mail-refunded-by-hand = It was paid by transfer or in cash: please pay it back, then press “I have paid it back” on the order’s page.
checkout-mail-refunded-by-provider = It goes back by itself. There is nothing for you to do.

# Taxes, discounts, instalments
checkout-method-stripe = Card
checkout-method-stripe-hint = Paid safely through Stripe.
checkout-subtotal = Subtotal
checkout-sum-coupon = { $name } ({ $code })
checkout-sum-voucher = Paid with voucher { $code }
checkout-sum-to-pay = Left to pay
checkout-sum-tax = { $name } { $rate } %
checkout-sum-tax-within = Contains { $name } { $rate } %
checkout-dues = Payments in parts
checkout-due-place = Payment { $place }
checkout-due-on = Due on { $date }
checkout-due-state-open = To come
checkout-due-state-overdue = Overdue
checkout-due-state-paid = Paid
checkout-due-state-void = Not owed any more
checkout-pay-due = Pay { $amount } now
checkout-owed = { $amount } still to come
checkout-state-part-paid = Paid in part
checkout-order-part-paid-heading = Thank you, that part is paid
checkout-order-part-paid-text = You have what you bought. The other payments follow on the days below.
checkout-mark-due-paid = Mark { $amount } as paid
checkout-period = Period
checkout-period-span = { $from } to { $to }
checkout-line-back = { $amount } went back

# Documents
checkout-download-receipt = Receipt (PDF)
checkout-download-invoice = Invoice (PDF)
checkout-download-credit-note = Credit note (PDF)
checkout-bill-to = Invoice to
checkout-bill-to-hint = Company and address, as they belong on the invoice.
checkout-bill-to-change = Company address or tax number on the invoice
checkout-bill-to-saved = The invoice of order { $number } now says so.
checkout-field-buyer-tax = Your tax number
checkout-doc-receipt = Receipt
checkout-doc-invoice = Invoice
checkout-doc-credit-note = Credit note
checkout-doc-seller = From
checkout-doc-buyer = For
checkout-doc-name = Item
checkout-doc-quantity = Quantity
checkout-doc-unit-price = Price
checkout-doc-tax-column = Tax
checkout-doc-amount = Amount
checkout-doc-payments = Payments
checkout-doc-page = Page { $page } of { $pages }
checkout-doc-date = Date
checkout-doc-order = Order
checkout-doc-credited = Credited
checkout-doc-tax-number = Tax number: { $number }
checkout-doc-tax-on-top = { $name } { $rate } % on { $net }
checkout-doc-tax-within = Contains { $name } { $rate } % on { $net }
checkout-doc-paid-on = { $date }, { $way }
checkout-doc-back-on = { $date }, paid back

# The list and its files
checkout-newer = Newer
checkout-sold-with = Sold with
checkout-module-all = Everything sold
checkout-needs = To do
checkout-needs-all = Done and to do
checkout-needs-owed = With payments to come
checkout-needs-overdue = Payment overdue
checkout-needs-disputed = Disputed
checkout-needs-refund-owed = Refund owed
checkout-from = From
checkout-to = To
checkout-sums = { $count ->
    [one] 1 order, { $total }
   *[other] { $count } orders, { $total }
  }
checkout-export = Export
checkout-export-what = What the file holds
checkout-export-orders = Orders
checkout-export-lines = Lines of orders
checkout-export-payments = Payments
checkout-export-refunds = Refunds
checkout-export-text = A table (CSV) of this list. For payments and refunds only the days and the way to pay count.
checkout-export-action = Download
checkout-csv-order = Order
checkout-csv-state = Status
checkout-csv-placed = Ordered
checkout-csv-paid = Paid
checkout-csv-at = Date
checkout-csv-name = Client
checkout-csv-email = Email
checkout-csv-sold-by = Sold with
checkout-csv-method = Payment
checkout-csv-label = Paid with
checkout-csv-currency = Currency
checkout-csv-subtotal = Subtotal
checkout-csv-discount = Discount
checkout-csv-voucher = Paid with vouchers
checkout-csv-tax = Tax on top
checkout-csv-tax-included = Tax contained
checkout-csv-tax-name = Tax
checkout-csv-tax-rate = Tax rate in %
checkout-csv-total = Total
checkout-csv-came = Paid in
checkout-csv-back = Refunded
checkout-csv-open = Still open
checkout-csv-codes = Codes
checkout-csv-bill-to = Invoice to
checkout-csv-buyer-tax = Client’s tax number
checkout-csv-order-id = Order id
checkout-csv-subscription-id = Subscription id
checkout-csv-refund-id = Refund id
checkout-csv-item = Item id
checkout-csv-line = Item
checkout-csv-role = Kind
checkout-csv-quantity = Quantity
checkout-csv-unit-price = Price
checkout-csv-amount = Amount
checkout-csv-instalment = Instalment
checkout-csv-reference = Reference
checkout-csv-note = Note
checkout-csv-cause = Cause
checkout-csv-reason = Reason

# Refunds by line, disputes, the receipt once more
checkout-refund-what = What goes back
checkout-refund-by-amount = An amount
checkout-refund-by-lines = Of single lines
checkout-refund-by-unused = What is unused: { $amount }
checkout-line-unused = { $left } of { $of } credits unused: { $worth } of what was paid
checkout-refund-lines = Amounts of the lines
checkout-refund-line-left = Up to { $amount }
checkout-refund-cause-provider = Given back at the payment service
checkout-refund-cause-dispute = A dispute was lost
checkout-mail-refund-why-provider = Your payment was refunded.
checkout-mail-refund-why-dispute = Your bank took the payment back.
checkout-resend-receipt = Send the receipt again
checkout-resend-instructions = Send how to pay again
checkout-studio-resent = On its way to { $email } once more.
checkout-disputes = Disputes
checkout-dispute-state-open = Answer wanted
checkout-dispute-state-under-review = The bank decides
checkout-dispute-state-won = Won: the money stays
checkout-dispute-state-lost = Lost: the money went back
checkout-dispute-text = Answer in the payment service’s own pages, with what shows that your client got what they paid for.
checkout-answer-by = Answer until { $date }
checkout-step-processing = Payment on its way
checkout-step-instalment-paid = Instalment paid
checkout-step-instalment-failed = Instalment could not be collected
checkout-step-instalment-reminded = Reminded of an instalment
checkout-step-disputed = Disputed
checkout-step-dispute-won = Dispute won
checkout-step-dispute-lost = Dispute lost
checkout-step-receipt-sent = Mail sent again
checkout-step-taken-back = What was handed out was taken back
checkout-mail-due = { $amount } is due on { $date }.
checkout-mail-dispute-subject = Order { $number }: { $amount } is disputed
checkout-mail-dispute-title = A payment is disputed
checkout-mail-dispute-text = The bank of { $name } wants the payment of order { $number } back:
checkout-mail-dispute-reason = The bank’s reason: { $reason }
checkout-mail-dispute-ended-subject = Order { $number }: the dispute is { $won ->
    [yes] won
   *[no] lost
  }
checkout-mail-dispute-ended-title = { $won ->
    [yes] The money stays with you
   *[no] The bank took the money back
  }
checkout-mail-dispute-ended-text = { $won ->
    [yes] The dispute about order { $number } is won.
   *[no] The dispute about order { $number } is lost. It counts as a refund, and what was handed out and is unused is taken back.
  }

# To do
checkout-todo = Money: to do
checkout-todo-urgent = Urgent
checkout-todo-disputes = { $count ->
    [one] 1 dispute wants an answer
   *[other] { $count } disputes want an answer
  }
checkout-todo-refunds = { $count ->
    [one] 1 refund is owed
   *[other] { $count } refunds are owed
  }
checkout-todo-overdue = { $count ->
    [one] 1 order has an overdue payment
   *[other] { $count } orders have an overdue payment
  }

# What came in
checkout-payouts-title = Money in
checkout-payouts-text = What came in and went back each month, and what payment services hold for you.
checkout-payouts-available = Ready to be paid out
checkout-payouts-pending = On its way
checkout-payouts-latest = Latest payouts to your bank
checkout-payouts-away = The payment service can’t be reached right now.
checkout-payouts-came = Came in
checkout-payouts-back = Went back
checkout-payouts-kept = Stays
checkout-payouts-counts = { $payments ->
    [one] 1 payment
   *[other] { $payments } payments
  }, { $refunds ->
    [one] 1 refund
   *[other] { $refunds } refunds
  }
checkout-payouts-compared = Books compared
checkout-payouts-nothing = Nothing came in.

# Taxes and who sells
checkout-taxes-title = Taxes
checkout-taxes-text = Rates that your prices contain, or that come on top. Each offer says which one it has.
checkout-taxes-list = Your rates
checkout-taxes-add = Add a rate
checkout-taxes-added = { $name } is there now. Choose it in your offers.
checkout-taxes-archive = Archive
checkout-taxes-archive-confirm = Archive this rate? Offers that have it are sold without it from then on.
checkout-taxes-archived = { $name } is out of use.
checkout-taxes-out-of-use = Out of use
checkout-field-tax-name = Name
checkout-field-tax-name-hint = As it stands on receipts, for example VAT.
checkout-field-percent = Rate
checkout-field-percent-hint = For example 20 or 7.5. A rate never changes: add another one and archive this.
checkout-cards = Card payments
checkout-seller = On receipts and invoices
checkout-seller-text = Who sells, as it has to stand there.
checkout-field-seller-name = Name in law
checkout-field-seller-name-hint = Left empty: the name of your business.
checkout-field-seller-address = Address
checkout-field-seller-tax = Tax number
checkout-field-invoice-note = Note at the end
checkout-field-invoice-note-hint = For example that you are exempt from VAT.
checkout-field-card-hint = Cards and what else your connected account takes.

# Orders for which no money came
checkout-state-undone = Undone
checkout-step-undone = Undone: no money had come
checkout-order-undone-heading = This order was undone
checkout-order-undone-text = What you had not used was taken back. If a voucher paid for it, its money is on the voucher again.
checkout-undo-heading = Undo this order
checkout-undo-text = No money came for it, so there is nothing to refund. What was handed out and is unused is taken back, vouchers get their part back, and codes can be used again.
checkout-undo-action = Undo this order
checkout-undo-confirm = Undo this order? It can’t be brought back.
checkout-studio-undone = Order { $number } is undone.
checkout-mail-undone-subject = Order { $number } from { $business } was undone
checkout-mail-undone-title = Your order was undone
checkout-mail-undone-text = Hello { $name }, { $business } has undone order { $number }. What you had not used of it was taken back.
checkout-mail-undone-voucher = { $amount } is back on your voucher { $code }.

# Numbers of invoices and credit notes
checkout-invoice-number = Invoice
checkout-doc-proforma = Pro forma invoice
checkout-csv-invoice = Invoice
checkout-csv-credit-note = Credit note
