# Problems (problem-{code}) and what is wrong with a field (field-{code}) when paying.
problem-no-way-to-pay = The business takes no online payments yet. Please get in touch with it.
problem-order-state = This order is { $state ->
    [paid] already paid
    [cancelled] cancelled
    [expired] expired
   *[other] in a state that does not allow this
  }.
problem-order-closed = The time to pay this order is over. Please order again.
problem-payment-amount = The payment does not match the order.
problem-payment-away = The payment service can’t be reached right now. Nothing was taken; please try again.
problem-payment-page-expired = This payment page is too old. Open your order to pay.
field-order-status = There is no such state of an order.
field-payment-method = This way to pay is not offered.
field-payment-outcome = Choose one of the buttons on the page.
problem-payment-refused = The payment service refuses this.
problem-refund-unpaid = Nothing was paid for this order, so nothing can be refunded.
problem-refund-disputed = The bank holds this payment until its dispute is decided, and may give the money back itself. Please wait for the decision.
problem-refund-by-provider = The payment service is still being asked. Please wait for its answer.
problem-refund-not-failed = This refund did not fail.
field-refund-amount = An amount above zero, and at most what is left of the payment.
field-refund-currency = The currency of the business.
field-order-needs = There is nothing of this kind to do with orders.
field-date = A day, for example 2026-11-23.
field-range = The last day stands before the first.
field-export = There is no such file.
field-percent = A rate from 0 to 100, with at most two decimal places.
field-refund-either = Either an amount, or lines with an amount each, or what is unused.
problem-refund-nothing-unused = Nothing that was paid for is unused.
field-refund-no-line = An amount for at least one line.
problem-invoice-fixed = The invoice of this order can’t be changed any more. Please get in touch with the business.
problem-order-undo = Only a paid order for which no money came can be undone. Refund it, or end its subscription.
problem-subscription-running = The client has this subscription already.
