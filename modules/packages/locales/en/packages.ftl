# What a business sells, the checkout, orders and credits.
packages-title = Offers
packages-summary = Sell products and packages, take payments, and hand out credits.
packages-buy = Buy
packages-nav-offers = Offers
packages-nav-credits = Credits

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
packages-gives-times = { $times } × { $name }

# One offer and its checkout
packages-offer-title = { $name }
packages-all-offers = All offers
packages-your-details = Your details
packages-email-hint = Your receipt goes there.
packages-order-and-pay = Order and pay
packages-get-free = Get it for free
packages-price-is-final = This is the whole price. Nothing is added later.
packages-no-way-title = This can’t be paid for online yet
packages-no-way-text = Please get in touch with the business to buy this.
packages-unavailable-text = It can’t be ordered at the moment. Other offers may suit you.
packages-see-others = See other offers

# Client area
packages-my-credits-title = Your credits
packages-credits-see = All your credits
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

# Studio: offers
packages-studio-offers-title = Offers
packages-studio-offers-text = What clients can buy on your page.
packages-studio-offers-empty-title = Make your first offer
packages-studio-offers-empty-text = A product is one thing with a price: ten classes, a consultation, a workbook. A package bundles products; a plan is paid again and again.
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
packages-archive = Archive
packages-restore = Put on sale
packages-discard = Discard
packages-search = Search
packages-search-offers = Search offers
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

# Studio: orders
packages-handed-out = Handed out

# Cards on other pages
packages-client-card = Credits

# Mails
packages-mail-receipt-credits = { $count ->
    [one] 1 credit is in your account.
   *[other] { $count } credits are in your account.
  }
