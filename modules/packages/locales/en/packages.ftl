# What a business sells, the checkout, orders and credits.
packages-title = Offers
packages-summary = Sell products and packages, take payments, and hand out credits.
packages-buy = Buy
packages-nav-offers = Offers
packages-nav-orders = Orders
packages-nav-credits = Credits
packages-nav-my-orders = Orders

# Offers
packages-offers-title = Offers
packages-offers-text = Choose what fits; you see the full price before you order.
packages-offers-empty-title = Nothing is for sale right now
packages-offers-empty-text = Please look in again soon.
packages-back-home = Back to the start page
packages-featured = Recommended
packages-free = Free
packages-choose = Choose
packages-sold-out = Sold out
packages-not-yet = Not on sale yet
packages-over = The sale is over
packages-archived = This offer has ended
packages-gives-credits = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  }
packages-gives-credits-for-days = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  }, { $days ->
    [one] valid for 1 day
   *[other] valid for { $days } days
  }
packages-gives-times = { $times } × { $name }

# One offer and its checkout
packages-offer-title = { $name }
packages-all-offers = All offers
packages-your-details = Your details
packages-email-hint = Your receipt goes there.
packages-pay-how = How would you like to pay?
packages-order-and-pay = Order and pay
packages-get-free = Get it for free
packages-price-is-final = This is the whole price. Nothing is added later.
packages-no-way-title = This can’t be paid for online yet
packages-no-way-text = Please get in touch with the business to buy this.
packages-unavailable-text = It can’t be ordered at the moment. Other offers may suit you.
packages-see-others = See other offers

# Ways to pay
packages-method-all = Every way to pay
packages-method-free = Free
packages-method-free-hint = There is nothing to pay.
packages-method-manual = Bank transfer or cash
packages-method-manual-hint = You get the details after ordering. Your order is confirmed when the money has arrived.
packages-method-sandbox = Card (test mode)
packages-method-sandbox-hint = A practice page; no real money moves.
packages-method = Payment

# An order
packages-order-title = Order { $number }
packages-order-number = Order { $number }
packages-receipt-number = Receipt { $number }
packages-order-paid-heading = Thank you, that’s paid
packages-order-free-heading = Thank you, it’s yours
packages-order-paid-text = The receipt is on its way to { $email }.
packages-order-transfer-heading = Your order is reserved
packages-order-transfer-text = { $business } confirms it as soon as the money has arrived.
packages-order-declined-heading = The payment was declined
packages-order-declined-text = Nothing was taken. Your order is still reserved, and you can try again.
packages-order-unpaid-heading = Your order waits for its payment
packages-order-unpaid-text = What you ordered is reserved until then.
packages-order-refunded-heading = This order was refunded
packages-order-refunded-text = The money went back to you.
packages-order-expired-heading = The time to pay is over
packages-order-expired-text = Nothing was taken. You can order again.
packages-order-cancelled-heading = This order was cancelled
packages-order-cancelled-text = Nothing was taken.
packages-order-cancelled-flash = The order was cancelled.
packages-how-to-pay = How to pay
packages-pay-reference = Please give the order number { $number } with your payment.
packages-try-again = Try again
packages-pay-otherwise = Pay this way instead
packages-pay-now = Pay now
packages-sold-by = From
packages-bought-by = For
packages-placed = Ordered
packages-paid = Paid
packages-pay-until = Pay by
packages-cancel-order = Cancel the order
packages-cancel-confirm = Cancel this order? What it reserved becomes free for others.
packages-back-to-offers = Back to the offers
packages-see-offers = See offers
packages-see-receipt = See the receipt
packages-see-order = See the order
packages-state-paid = Paid
packages-state-refunded = Refunded
packages-state-transfer = Waiting for transfer
packages-state-declined = Declined
packages-state-unpaid = Not paid yet
packages-state-expired = Expired
packages-state-cancelled = Cancelled

# Client area
packages-my-orders-title = Your orders
packages-my-orders-empty-title = No orders yet
packages-my-orders-empty-text = What you buy here, with its receipts, is listed on this page.
packages-my-credits-title = Your credits
packages-my-credits-text = A credit pays for one place. The credits that expire first are used first.
packages-get-more = Get more
packages-credits-left = Credits left
packages-credits-count = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  }
packages-credits-left-of = { $count ->
    [one] 1 credit left
   *[other] { $count } credits left
  }
packages-credits-expiring = { $count ->
    [one] 1 of them expires on { $date }
   *[other] { $count } of them expire on { $date }
  }
packages-lots = What you have
packages-lot-until = Valid until { $date }
packages-lot-forever = Does not expire
packages-history = History
packages-history-empty-title = Nothing has happened yet
packages-history-empty-text = When you buy or use credits, you see it here.
packages-credit-grant = You got credits
packages-credit-spend = You used credits
packages-credit-refund = Credits came back
packages-credit-expire = Credits expired
packages-credit-revoke = Credits were taken back

# Studio: offers
packages-studio-offers-title = Offers
packages-studio-offers-text = What clients can buy on your page.
packages-studio-offers-empty-title = Make your first offer
packages-studio-offers-empty-text = A product is one thing with a price: ten classes, a consultation, a workbook. Bundle products into a package later.
packages-studio-new-product = New product
packages-studio-new-package = New package
packages-studio-edit-offer = Edit offer
packages-studio-see-page = See its page
packages-studio-is-archived = This offer is archived: old links say that it has ended. Saving puts it into the state you choose below.
packages-studio-unpayable = No way to pay is switched on, so only free offers can be bought.
packages-studio-unpayable-action = Choose how clients pay
packages-studio-what = What it is
packages-studio-price = Price and contents
packages-studio-limits = Limits
packages-studio-shown = On your page
packages-studio-offer-saved = { $name } is saved.
packages-studio-now-active = The offer is on sale.
packages-studio-now-draft = The offer is a draft now.
packages-studio-now-archived = The offer is archived. Filter by “Archived” to bring it back.
packages-kind-product = Product
packages-kind-package = Package
packages-status = Status
packages-status-all = All but archived
packages-status-draft = Draft
packages-status-active = On sale
packages-status-archived = Archived
packages-column-offer = Offer
packages-column-kind = Kind
packages-column-price = Price
packages-column-actions = Actions
packages-column-order = Order
packages-column-client = Client
packages-archive = Archive
packages-restore = Put on sale
packages-discard = Discard
packages-search = Search
packages-search-offers = Search offers
packages-search-orders = Number, name or e-mail
packages-nothing-found = Nothing found
packages-nothing-found-text = Try another word or another filter.
packages-show-all = Show all
packages-no-products = A package needs products first.
packages-field-name = Name
packages-field-summary = In one line
packages-field-summary-hint = Stands below the name on the price card.
packages-field-description = Description
packages-field-markdown-hint = You can use Markdown: **bold**, lists, links.
packages-field-slug = Name in the link
packages-field-slug-hint = Left empty, it is made of the name.
packages-field-price = Price
packages-field-price-hint = 0 makes it free: nobody is asked to pay.
packages-field-items = Products in this package
packages-field-items-hint = How many of each; leave a product empty to keep it out.
packages-field-credits = Credits
packages-field-credits-hint = How many the buyer gets; empty for none.
packages-field-credit-days = Valid for days
packages-field-credit-days-hint = Counted from the payment; empty: they don’t expire.
packages-field-stock = How many there are
packages-field-stock-hint = Empty: no limit.
packages-field-per-client = How many one client can have
packages-field-sale-from = On sale from
packages-field-sale-until = On sale until
packages-field-featured = Recommend this offer
packages-field-featured-hint = It stands out among the price cards.
packages-field-position = Place in the list
packages-field-position-hint = Smaller comes first.

# Studio: ways to pay
packages-studio-payments-title = Ways to pay
packages-studio-payments-text = How clients can pay for what they buy.
packages-studio-payments-saved = Saved. New orders can be paid this way.
packages-field-manual-hint = You mark each order as paid when the money has arrived.
packages-field-instructions = How to pay you
packages-field-instructions-hint = Bank account, or where to bring cash. Shown after ordering and in the mail. Markdown works.
packages-field-days = Days to pay
packages-field-days-hint = An order that is not paid by then expires, and what it reserved is free again.
packages-field-sandbox-hint = For trying things out; never offered on a live installation.

# Studio: orders
packages-studio-orders-title = Orders
packages-studio-orders-empty-title = No orders yet
packages-studio-orders-empty-text = As soon as somebody buys, the order stands here with all that happens to it.
packages-order-status-all = Every status
packages-order-status-pending-payment = Waiting for payment
packages-order-status-paid = Paid
packages-order-status-partially-refunded = Partly refunded
packages-order-status-refunded = Refunded
packages-order-status-cancelled = Cancelled
packages-order-status-expired = Expired
packages-bought = Bought
packages-mark-paid = Mark as paid
packages-mark-paid-text = When the transfer has arrived or you have the cash. The buyer gets the receipt and what they bought.
packages-field-note = Note
packages-field-note-hint = For you and your team, for example the date of the transfer.
packages-handed-out = Handed out
packages-timeline = What happened
packages-payments = Payments
packages-payment-failed = Declined
packages-studio-marked-paid = Order { $number } is paid.
packages-studio-cancelled = Order { $number } is cancelled.
packages-step-placed = Ordered
packages-step-payment-started = Another try to pay
packages-step-payment-failed = Payment declined
packages-step-paid = Paid
packages-step-cancelled = Cancelled
packages-step-expired = Expired: not paid in time
packages-step-granted = Credits handed out

# Cards on other pages
packages-revenue = Revenue this month
packages-revenue-orders = { $count ->
    [one] 1 paid order
   *[other] { $count } paid orders
  }
packages-revenue-trend = on last month
packages-revenue-waiting = { $count ->
    [one] 1 order waits for a transfer
   *[other] { $count } orders wait for a transfer
  }
packages-client-card = Credits and orders
packages-client-card-empty = Nothing bought yet.

# Mails
packages-mail-receipt-subject = Receipt { $number } from { $business }
packages-mail-receipt-title = Thank you
packages-mail-receipt-text = Hello { $name }, this is your receipt from { $business }.
packages-mail-receipt-credits = { $count ->
    [one] 1 credit is in your account.
   *[other] { $count } credits are in your account.
  }
packages-mail-receipt-paid = Paid on { $date }.
packages-mail-awaiting-subject = How to pay order { $number } from { $business }
packages-mail-awaiting-title = Your order is reserved
packages-mail-awaiting-text = Hello { $name }, { $business } has your order. It is confirmed as soon as the money has arrived.
packages-mail-awaiting-until = Please pay by { $date }.
packages-mail-sold-subject = Order { $number }: { $name } bought something
packages-mail-sold-title = You have sold something
packages-mail-sold-text = { $name } ({ $email }) paid for this:
