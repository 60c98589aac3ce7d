# Problems (problem-{code}) and what is wrong with a field (field-{code}) in this module.
problem-offer-archived = This offer has ended.
problem-offer-over = The sale of this offer is over.
problem-offer-not-yet = This offer is not on sale yet.
problem-offer-sold-out = The last one has just gone. Nothing was ordered and nothing was taken.
problem-offer-limit = You already have as many of these as one person can have.
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
problem-credits-short = There are not enough credits; missing: { $missing }.
field-offer-currency = Prices are in the currency of the business.
field-offer-price = A price from 0 to 1,000,000.00, without separators of thousands.
field-offer-dates = A date and time; the end comes after the beginning.
field-offer-grants = Up to five things, each either credits with their number or a service.
field-offer-grants-of-package = A package gives what its products give.
field-offer-items = A package holds 1 to 20 products.
field-offer-items-twice = Each product stands in a package once; say how many instead.
field-offer-items-of-product = Only packages hold products.
field-offer-contains-itself = A package can’t contain itself.
field-offer-unknown-product = There is no such product.
field-offer-slug-taken = Another offer has this name in its link.
field-offer-stock-below-sold = { $taken } are sold or reserved already.
field-offer-status = Choose draft, active or archived.
field-offer-number = A whole number.
field-order-status = There is no such state of an order.
field-payment-method = This way to pay is not offered.
field-payment-outcome = Choose one of the buttons on the page.
