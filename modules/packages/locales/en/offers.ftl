# Plans, prices, pictures and files of offers, and their pages in the studio.

# How a plan is paid
packages-plan-every-week = { $count ->
    [one] a week
   *[other] every { $count } weeks
  }
packages-plan-every-month = { $count ->
    [one] a month
   *[other] every { $count } months
  }
packages-plan-every-year = { $count ->
    [one] a year
   *[other] every { $count } years
  }
packages-plan-at-once = at once
packages-plan-length-week = { $count ->
    [one] for 1 week
   *[other] for { $count } weeks
  }
packages-plan-length-month = { $count ->
    [one] for 1 month
   *[other] for { $count } months
  }
packages-plan-length-year = { $count ->
    [one] for 1 year
   *[other] for { $count } years
  }
packages-plan-in-all = { $amount } in all
packages-plan-endless = No fixed term
packages-plan-cancel-any-time = Cancel any time
packages-plan-trial = { $days ->
    [one] The first day is free
   *[other] The first { $days } days are free
  }
packages-tax-included = Includes { $name } { $rate } %
packages-tax-added = Plus { $name } { $rate } %
packages-parts-deposit = { $amount } now, the rest { $days ->
    [one] a day
   *[other] { $days } days
  } later
packages-parts-week = Or in { $count } weekly parts
packages-parts-month = Or in { $count } monthly parts

# What an offer gives
packages-gives-for = for { $names }
packages-gives-days = { $days ->
    [one] valid for 1 day
   *[other] valid for { $days } days
  }
packages-gives-years = { $years ->
    [one] valid for a year
   *[other] valid for { $years } years
  }
packages-gives-weekly = { $count ->
    [one] 1 credit a week
   *[other] { $count } credits a week
  }
packages-gives-rollover = Unused credits carry over, up to { $count }
packages-gives-voucher = Gift voucher worth { $amount }
packages-gives-download = Download: { $name }

# Downloads in the client area
packages-my-downloads-title = Your downloads
packages-my-downloads-text = Files that came with what you bought.
packages-my-downloads-empty-title = No files yet
packages-my-downloads-empty-text = When you buy something that comes with a file, you find it here.
packages-megabytes = { $size } MB
packages-downloads-heading = Your files

# Studio: the list
packages-kind-plan = Plan
packages-kind-all = All kinds
packages-views = How the offers are shown
packages-view-cards = Cards
packages-view-table = Table
packages-order-hint = Visitors see the offers in this order. Move one with its arrows, or drag it.
packages-move-up = Move { $name } up
packages-move-down = Move { $name } down
packages-studio-moved = The new order is saved.
packages-duplicate = Duplicate
packages-copy-word = copy
packages-studio-duplicated = { $name } is a draft. Change what you like, then put it on sale.
packages-page-earlier = Earlier ones
packages-page-later = More

# Studio: starter plans
packages-starter-add = Add the starter plans
packages-starter-hint = Three plans to begin with: six weeks at once, half a year and a year by the month. You can change everything about them.
packages-starter-added = The starter plans are on sale. Look them over: prices, terms and rules are yours to change.
packages-starter-there = The starter plans are there already.
packages-starter-kickstarter = Kickstarter
packages-starter-kickstarter-text = Six weeks, five sessions a week
packages-starter-committed = Committed
packages-starter-committed-text = Six months, five sessions a week
packages-starter-totally = Totally Committed
packages-starter-totally-text = Twelve months, five sessions a week

# Studio: the form
packages-studio-new-plan = New plan
packages-studio-plan-text = A plan is paid again and again, or once for its whole term. Who has it keeps what was agreed when you change it.
packages-studio-terms = How it is paid
packages-studio-weekly = Credits of each week
packages-studio-weekly-text = Clients get them at the beginning of each week, as long as the plan is paid. They expire with the week unless they carry over.
packages-studio-rules = What clients may do alone
packages-studio-gives = What it gives
packages-studio-gives-text = Handed out when it is paid. Leave all of it empty for a service that you give yourself.
packages-studio-gives-plan = Handed out once, with the first payment.
packages-studio-files-below = Files to download are added below, once the offer is saved.
packages-studio-unknown-grants = { $count ->
    [one] 1 more thing belongs to it that can’t be changed here. It stays.
   *[other] { $count } more things belong to it that can’t be changed here. They stay.
  }
packages-studio-bumps = Beside it at checkout
packages-studio-bumps-text = Up to three products or packages that buyers can add with one tick.
packages-bump-number = Addition { $number }
packages-bump-none = Nothing
packages-studio-picture = Picture
packages-studio-picture-save = Save picture
packages-studio-picture-remove = Remove picture
packages-studio-picture-later = A picture, and files to download, can be added once the offer is saved.
packages-studio-picture-saved = The picture is saved.
packages-studio-picture-removed = The picture is removed.
packages-studio-files = Files to download
packages-studio-files-text = Buyers find them on their order’s page and in their account. Who bought a file keeps it when you remove it here.
packages-studio-file-add = Add file
packages-studio-file-remove = Remove
packages-studio-file-added = The file is added.
packages-studio-file-removed = The file is removed. Who bought it keeps it.
packages-studio-prices = What it has cost
packages-column-since = Since
packages-column-place = Place
packages-tax-none = No tax
packages-tax-way-included = The price includes it
packages-tax-way-added = It comes on top
packages-every-week = Weeks
packages-every-month = Months
packages-every-year = Years
packages-part-every-week = A week apart
packages-part-every-month = A month apart
packages-may-cancel-any-time = Cancel at the end of any period
packages-may-cancel-after-term = Cancel once the term is over
packages-may-cancel-never = Not cancel: you do it for them
packages-appointment-none = None
packages-field-extras = Extras
packages-field-extras-hint = One a line, as they stand on the card: HR monitor included.
packages-field-plan-price-hint = What one payment costs. Who has the plan already goes on paying what was agreed; a new price is for new buyers.
packages-field-tax = Tax
packages-field-tax-hint = Rates are set up with the ways to pay.
packages-field-tax-way = The price and the tax
packages-field-deposit = Deposit
packages-field-deposit-hint = Part now, the rest later. Empty: no deposit.
packages-field-deposit-days = Days until the rest is due
packages-field-instalments = Equal parts
packages-field-instalments-hint = Into how many parts the price can be split, 2 to 24. Empty: it is paid whole.
packages-field-instalment-every = Time between the parts
packages-field-period = A payment covers
packages-field-period-hint = One month for what is paid monthly; six weeks for a six-week challenge.
packages-field-every-count = How many
packages-field-every = Unit
packages-field-periods = Number of payments
packages-field-periods-hint = The plan ends after so many. 1: all of it is paid at once. Empty: it goes on until somebody ends it.
packages-field-trial-days = Free days at the beginning
packages-field-trial-days-hint = The first payment comes after them.
packages-field-trial-card = Ask for a card before the free days begin
packages-field-trial-card-hint = It is charged when they are over. Without it, you ask for the first payment then. Who pays by transfer is not asked.
packages-field-credits-per-week = Credits a week
packages-field-credits-per-week-hint = Empty or 0: none.
packages-field-rollover-cap = Carry over up to
packages-field-rollover-cap-hint = So many unused credits go on into the next week. Empty: none.
packages-field-pays-for = Class types that credits pay for
packages-field-pays-for-hint = Names with commas between them. Empty, with nothing ticked: everything.
packages-field-pays-for-types = Appointments that credits pay for
packages-field-may-cancel = Clients can
packages-field-may-change = Change to another plan
packages-field-may-change-hint = They see what they pay for the rest of the period first.
packages-field-may-pause = Pause
packages-field-pause-days = Longest pause, in days
packages-field-appointment-type = Appointments
packages-field-appointment-type-hint = The buyer gets credits that pay for this type only.
packages-field-appointment-count = How many appointments
packages-field-appointment-days = To be booked within days
packages-field-voucher = Gift voucher
packages-field-voucher-hint = What the voucher is worth; empty for none.
packages-field-voucher-days = Voucher valid for days
packages-field-voucher-days-hint = Empty: it does not expire.
packages-field-bump = What
packages-field-bump-price = Price here
packages-field-bump-price-hint = Empty: its own price.
packages-field-bump-pitch = Why
packages-field-bump-pitch-hint = Stands beside the tick; empty: its own line.
packages-field-picture = Picture
packages-field-picture-hint = PNG, JPEG or WebP, at most 2 MB.
packages-field-image-alt = What it shows
packages-field-image-alt-hint = For those who can’t see it.
packages-field-file = File
packages-field-file-hint = At most 20 MB: a PDF, a recording, a spreadsheet.

# Studio: settings
packages-settings-title = Credit rules
packages-settings-text = How credits of plans come and go.
packages-settings-credits = Weeks and returns
packages-settings-saved = The rules are saved.
packages-field-first-weekday = Weeks begin on
packages-field-first-weekday-hint = On this day, plans give the credits of the week.
packages-field-return-days = Days of a returned credit
packages-field-return-days-hint = When a booking is cancelled after its credit expired, the credit lives on for so many days. 0: it lapses.
packages-weekday-1 = Monday
packages-weekday-2 = Tuesday
packages-weekday-3 = Wednesday
packages-weekday-4 = Thursday
packages-weekday-5 = Friday
packages-weekday-6 = Saturday
packages-weekday-7 = Sunday

# Problems
problem-offer-file-not-yours = This order does not open its files any more: it is not paid, or the money went back.
field-offer-choice = Choose one of the list.
field-offer-rollover-of-nothing = Credits carry over only in a plan that gives some each week.
field-offer-after-term-without-term = A plan without an end has no term to wait for. Say how many payments there are.
field-offer-pays-for = Up to 50 names of at most 60 characters.
field-offer-deposit = A deposit is more than nothing and less than the price.
field-offer-instalments-of-nothing = The price is too small for so many parts.
field-offer-extras = Up to 12 lines.
field-offer-appointment-type = There is no such type of appointment.
field-offer-voucher = What a voucher is worth is more than nothing and at most 1,000,000.00.
field-offer-plan-in-parts = A plan has its own payments: no deposit and no parts.
field-offer-terms-of-no-plan = Only plans have terms.
field-offer-bumps = Up to three.
field-offer-bumps-itself = An offer can’t stand beside itself.
field-offer-bumps-twice = This one is there already.
field-offer-unknown-bump = There is no such product or package.
field-offer-unknown-tax = There is no such rate of tax.
field-offer-unknown-file = Files are uploaded to the offer itself.
field-offer-unknown-place = There is no such offer.
field-offer-picture-too-large = A picture has at most 2 MB.
field-offer-picture-unknown = This is no PNG, JPEG or WebP picture.
field-offer-picture-size = A picture has at most 6,000 pixels on each side.
field-offer-file-name = A file needs a name.
field-offer-file-too-large = A file has at most 20 MB.
field-offer-file-unreadable = The file could not be read. Please try again.
field-offer-files-full = There is no room left: all files and pictures together have at most 2 GB. Files that were removed and never sold make room after a day.
field-offer-files = An offer has at most { $max } files.
